"""vector_plugin, upon a PostgreSQL with pgvector, whose SQL finds the true neighbours by comparing with all."""

import os

import databases
import plug

DATABASE = databases.postgres(os.environ["VECTOR_SOCKET"])
OPERATORS = {"cosine": "<=>", "l2": "<->", "inner_product": "<#>"}


def begin(index, similarity="cosine", dimension=16):
    config = {"vector_dimension": dimension, "index_type": index, "similarity_function": similarity}
    load = databases.Load("vector_plugin", config, DATABASE)
    load.setup()
    return load


def true_neighbours(item, similarity):
    return DATABASE.ask(f"SET enable_indexscan = off; SELECT id FROM vector_items ORDER BY embedding {OPERATORS[similarity]} "
                        f"(SELECT embedding FROM vector_items WHERE id = {item}) LIMIT 10").split("\n")


def uses():
    """How often searches went by the index; the counts come when a session ends."""
    return int(DATABASE.ask("SELECT coalesce(sum(idx_scan), 0) FROM pg_stat_user_indexes WHERE indexrelname = 'vector_items_embedding'"))


def recall(load, similarity, count=40):
    session = load.open()
    for _ in range(count):
        load.run(session, "similarity_search")
    load.workload.close(session)
    found = 0
    for item, ids in load.told("similarity_search"):
        assert len(set(ids.split())) == 10, ids
        found += len(set(ids.split()) & set(true_neighbours(item, similarity)))
    return found / count / 10


def test_setup():
    """the table has vectors of the dimension, the index is what was asked for, and cleanup takes all"""
    for index, similarity, words in (("hnsw", "cosine", "USING hnsw (embedding vector_cosine_ops)"),
                                     ("hnsw", "l2", "USING hnsw (embedding vector_l2_ops)"),
                                     ("ivfflat", "inner_product", "USING ivfflat (embedding vector_ip_ops)"), ("none", "l2", None)):
        load = begin(index, similarity, 24)
        load.setup()
        assert DATABASE.ask("SELECT count(*), min(vector_dims(embedding)), max(vector_dims(embedding)) FROM vector_items") == "1000|24|24"
        made = DATABASE.ask("SELECT indexdef FROM pg_indexes WHERE indexname = 'vector_items_embedding'")
        assert (words in made) if words else made == "", made
        for _ in range(2):
            load.cleanup()
        assert DATABASE.tables("vector_") == 0


def test_exact():
    """without an index the neighbours are the true ones, by each similarity"""
    for similarity in OPERATORS:
        assert recall(begin("none", similarity), similarity) == 1
        assert uses() == 0


def test_indexes():
    """with an index nearly all of the true neighbours are found, and it is the index that finds them"""
    for index, similarity, least in (("hnsw", "cosine", 0.98), ("hnsw", "l2", 0.98), ("hnsw", "inner_product", 0.98), ("ivfflat", "cosine", 0.9)):
        load = begin(index, similarity)
        share = recall(load, similarity)
        assert share >= least, (index, similarity, share)
        assert uses() == 40, (index, uses())


def test_plan():
    """with vectors of 1,024 numbers searches go by the index too, and PostgreSQL's own plan of them says so"""
    load = begin("hnsw", dimension=1024)
    assert recall(load, "cosine", 10) > 0.9 and uses() == 10
    plan = DATABASE.ask("SET enable_seqscan = off; EXPLAIN SELECT id, embedding <=> (SELECT embedding FROM vector_items WHERE id = 1) "
                        "AS distance FROM vector_items ORDER BY distance LIMIT 10")
    assert "Index Scan using vector_items_embedding" in plan, plan


def test_changes():
    """inserts and updates change as many rows as they say, also six sessions at once"""
    load = begin("hnsw")
    before = DATABASE.ask("SELECT md5(string_agg(embedding::text, '' ORDER BY id)) FROM vector_items WHERE id <= 1000")
    load.crowd(6, 15)
    assert DATABASE.ask("SELECT count(*) FROM vector_items") == "1090"
    updated = {item for level, item in load.plugin.logged if item.startswith("vector_update ")}
    assert DATABASE.ask("SELECT md5(string_agg(embedding::text, '' ORDER BY id)) FROM vector_items WHERE id <= 1000") != before
    assert len(updated) > 50 and load.plugin.metrics() == {"similarity_search": 90, "vector_insert": 90, "vector_update": 90, "failed": 0}


def test_gaps():
    """numbers that no vector has are none that is searched for or changed"""
    load = begin("none")
    DATABASE.ask("DELETE FROM vector_items WHERE id BETWEEN 2 AND 990")
    session = load.open()
    for _ in range(20):
        load.run(session, "similarity_search")
        load.run(session, "vector_update")
    load.workload.close(session)
    there = set(DATABASE.ask("SELECT id FROM vector_items").split())
    assert {item for item, _ in load.told("similarity_search")} <= there and {w[0] for w in load.told("vector_update")} <= there


def test_wrong_databases():
    """SQLite, a server without pgvector and a table of another dimension are refused in words"""
    for database, words in zip(databases.both(), ("SQLite", "pgvector")):
        load = databases.Load("vector_plugin", {}, database)
        assert words in load.setup(plug.UNSUPPORTED)
        load.cleanup()
        load.open(plug.UNSUPPORTED if words == "SQLite" else plug.IO)
    begin("none", dimension=8)
    assert "8" in databases.Load("vector_plugin", {"vector_dimension": 9}, DATABASE).open(plug.STATE)


plug.main(globals())
