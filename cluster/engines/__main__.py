"""`python -m cluster.engines` fetches the engines that are jars, once for all clones on a machine."""

from cluster.engines.jars import CASSANDRA, ELASTICMQ, KAFKA
from cluster.engines.own_cassandra import make_archive

if __name__ == "__main__":
    for jars in (CASSANDRA, ELASTICMQ, KAFKA):
        jars.fetch()
    make_archive()
    print(f"The engines are in {CASSANDRA.folder.parent}.")
