// Express in front of Perch, compressing what it may: express_gateway.mjs PORT URL
import compression from 'compression';
import express from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';

const [port, target] = process.argv.slice(2);
express().use(compression(), createProxyMiddleware({ target })).listen(Number(port), '127.0.0.1');
