/* Loads PostgreSQL's pgvector: nearest neighbours, inserts and updates of vectors. */
#include "workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ITEMS 1000
#define NEIGHBOURS 10
/* How much of an index a search looks at: more finds more, and takes longer. Where rows are few, the planner would rather
 * compare with all of them, and it is the index that is to be loaded. */
#define SEARCH_SETTINGS "SET hnsw.ef_search = 200", "SET ivfflat.probes = 16", "SET enable_seqscan = off"
#define LISTS 32

struct similarity {
  const char *name;
  const char *operator;
  const char *operators; /* pgvector's class of them, for an index */
  bool finds_itself;     /* nothing is nearer to a vector than that itself */
};

static const struct similarity similarities[] = {{"cosine", "<=>", "vector_cosine_ops", true},
                                                 {"l2", "<->", "vector_l2_ops", true},
                                                 {"inner_product", "<#>", "vector_ip_ops", false}};

struct state {
  struct workload_state shared;
  int64_t dimension;
  char index[16];
  const struct similarity *similarity;
};

struct session {
  int64_t items; /* the highest number that is known */
};

static plug_status start(void *context, const plug_host *host, const struct json *config, const plug_sink *error) {
  static const char *const indexes[] = {"hnsw", "ivfflat", "none"};
  struct state *state = context;
  const char *index = json_text(config, "index_type"), *similarity = json_text(config, "similarity_function");
  state->dimension = kit_number(config, "vector_dimension", 128);
  if (index == NULL) index = "hnsw";
  if (similarity == NULL) similarity = "cosine";
  for (size_t i = 0; i < 3; i++) {
    if (strcmp(index, indexes[i]) == 0) strcpy(state->index, index);
    if (strcmp(similarity, similarities[i].name) == 0) state->similarity = &similarities[i];
  }
  if (state->index[0] == 0) return refuse(error, PLUG_INVALID_CONFIG, "`index_type` is none of hnsw, ivfflat and none");
  if (state->similarity == NULL) {
    return refuse(error, PLUG_INVALID_CONFIG, "`similarity_function` is none of cosine, l2 and inner_product");
  }
  return workload_start(&state->shared, host, config, error);
}

/* `[0.1234,-0.5,...]`; no value is 0, so that every vector has a direction. */
static void write_vector(int64_t dimension, uint64_t *random, struct text *out) {
  for (int64_t i = 0; i < dimension; i++) {
    int64_t value = workload_pick(random, 20000);
    text_say(out, "%s%.4f", i == 0 ? "[" : ",", (double)(value > 10000 ? 10000 - value : value) / 10000);
  }
  text_say(out, "]");
}

/* Runs a statement of which the first parameter is a new vector. */
static plug_status with_vector(struct db *db, int64_t dimension, uint64_t *random, const char *sql, const char *second,
                               int64_t *number, const plug_sink *error) {
  struct text vector = {0};
  write_vector(dimension, random, &vector);
  const char *const parameters[] = {vector.bytes, second};
  int64_t nobody_wants_it;
  plug_status status = vector.has_failed ? refuse(error, PLUG_NO_MEMORY, "out of memory")
                                         : db_number(db, sql, parameters, second == NULL ? 1 : 2,
                                                     number == NULL ? &nobody_wants_it : number, error);
  text_free(&vector);
  return status;
}

/* ---- tables ---- */

static plug_status need_postgres(const struct db *db, const plug_sink *error) {
  if (db->is_postgres) return PLUG_OK;
  return refuse(error, PLUG_UNSUPPORTED, "vectors need PostgreSQL with pgvector, and this DSN names an SQLite file");
}

static plug_status need_pgvector(struct db *db, const plug_sink *error) {
  int64_t count = 0;
  plug_status status = need_postgres(db, error);
  if (status == PLUG_OK) {
    status =
        db_number(db, "SELECT count(*) FROM pg_available_extensions WHERE name = 'vector'", NULL, 0, &count, error);
  }
  if (status == PLUG_OK && count == 0) {
    return refuse(error, PLUG_UNSUPPORTED, "this PostgreSQL does not have pgvector (the extension `vector`)");
  }
  return status == PLUG_OK ? db_do(db, "CREATE EXTENSION IF NOT EXISTS vector", error) : status;
}

static plug_status make_index(const struct state *state, struct db *db, const plug_sink *error) {
  char sql[200], lists[40] = "";
  if (strcmp(state->index, "none") == 0) return PLUG_OK;
  if (strcmp(state->index, "ivfflat") == 0) snprintf(lists, sizeof lists, " WITH (lists = %d)", LISTS);
  snprintf(sql, sizeof sql, "CREATE INDEX vector_items_embedding ON vector_items USING %s (embedding %s)%s",
           state->index, state->similarity->operators, lists);
  return db_do(db, sql, error);
}

static plug_status setup(void *context, struct db *db, const plug_sink *error) {
  const struct state *state = context;
  uint64_t random = 1;
  char sql[120];
  plug_status status = need_pgvector(db, error);
  snprintf(sql, sizeof sql, "CREATE TABLE vector_items (id BIGSERIAL PRIMARY KEY, embedding vector(%d) NOT NULL)",
           (int)state->dimension);
  if (status == PLUG_OK) status = db_do(db, sql, error);
  for (int i = 0; i < ITEMS && status == PLUG_OK; i++) {
    if (workload_is_cancelled(&state->shared)) return refuse(error, PLUG_CANCELLED, "cancelled");
    status = with_vector(db, state->dimension, &random,
                         "INSERT INTO vector_items (embedding) VALUES (CAST(? AS vector))", NULL, NULL, error);
  }
  if (status == PLUG_OK) status = make_index(state, db, error);
  return status == PLUG_OK ? db_do(db, "ANALYZE vector_items", error) : status;
}

static plug_status cleanup(void *state, struct db *db, const plug_sink *error) {
  static const char *const tables[] = {"vector_items", NULL};
  (void)state;
  return workload_drop(db, tables, error);
}

static plug_status open_session(plug_session *session, const plug_sink *error) {
  static const char *const settings[] = {SEARCH_SETTINGS};
  const struct state *state = (const struct state *)session->state;
  struct session *own = session->own;
  int64_t dimension = 0;
  plug_status status = need_postgres(&session->db, error);
  if (status == PLUG_OK) {
    status = db_number(&session->db, "SELECT max(id) FROM vector_items", NULL, 0, &own->items, error);
  }
  if (status == PLUG_OK) {
    status =
        db_number(&session->db, "SELECT vector_dims(embedding) FROM vector_items LIMIT 1", NULL, 0, &dimension, error);
  }
  if (status == PLUG_OK && dimension != state->dimension) {
    return refuse(error, PLUG_STATE, "the table has vectors of %lld dimensions, not %lld: set it up anew",
                  (long long)dimension, (long long)state->dimension);
  }
  for (size_t i = 0; i < 3 && status == PLUG_OK; i++) status = db_do(&session->db, settings[i], error);
  return status;
}

/* ---- operations ---- */

/* The number of some vector. Numbers that were given may be those of others' open transactions, or of none. */
static plug_status pick_item(plug_session *session, char id[24], const plug_sink *error) {
  const struct session *own = session->own;
  const char *const parameters[] = {db_decimal(id, workload_pick(&session->random, own->items))};
  int64_t item = 0;
  plug_status status =
      db_number(&session->db, "SELECT max(id) FROM vector_items WHERE id <= ?", parameters, 1, &item, error);
  db_decimal(id, item);
  if (status == PLUG_OK && item == 0) return refuse(error, PLUG_STATE, "the table is empty: set it up anew");
  return status;
}

struct neighbours {
  struct text ids;
  int count;
  double nearest;
};

static bool take_neighbour(void *context, const char *const *columns, int count) {
  struct neighbours *found = context;
  (void)count;
  text_say(&found->ids, "%s%s", found->count == 0 ? "" : " ", columns[0]);
  if (found->count++ == 0) found->nearest = columns[1] == NULL ? 1 : strtod(columns[1], NULL);
  return true;
}

/* The neighbours of a vector that is there, the nearest of which is that itself, or its like. */
static plug_status similarity_search(plug_session *session, const plug_sink *error) {
  const struct similarity *similarity = ((const struct state *)session->state)->similarity;
  struct neighbours found = {.count = 0};
  char id[24], sql[300];
  const char *const parameters[] = {id};
  snprintf(sql, sizeof sql,
           "SELECT id, embedding %s (SELECT embedding FROM vector_items WHERE id = ?) AS distance FROM vector_items "
           "ORDER BY distance LIMIT %d",
           similarity->operator, NEIGHBOURS);
  plug_status status = pick_item(session, id, error);
  if (status == PLUG_OK) {
    status = session->db.kind->run(&session->db, sql, parameters, 1, take_neighbour, &found, error);
  }
  if (status == PLUG_OK && found.ids.bytes != NULL) {
    workload_tell(session, "similarity_search %s: %s", id, found.ids.bytes);
  }
  text_free(&found.ids);
  if (status != PLUG_OK) return status;
  bool is_right = found.count > 0 && (!similarity->finds_itself || found.nearest < 0.001);
  return is_right ? PLUG_OK : refuse(error, PLUG_FAILED, "a search near item %s does not find it", id);
}

static plug_status vector_insert(plug_session *session, const plug_sink *error) {
  struct session *own = session->own;
  int64_t id = 0;
  plug_status status =
      with_vector(&session->db, ((const struct state *)session->state)->dimension, &session->random,
                  "INSERT INTO vector_items (embedding) VALUES (CAST(? AS vector)) RETURNING id", NULL, &id, error);
  if (id > own->items) own->items = id;
  if (status == PLUG_OK) workload_tell(session, "vector_insert %lld", (long long)id);
  return status;
}

static plug_status vector_update(plug_session *session, const plug_sink *error) {
  char id[24];
  plug_status status = pick_item(session, id, error);
  if (status != PLUG_OK) return status;
  status = with_vector(&session->db, ((const struct state *)session->state)->dimension, &session->random,
                       "UPDATE vector_items SET embedding = CAST(? AS vector) WHERE id = ?", id, NULL, error);
  if (status == PLUG_OK) workload_tell(session, "vector_update %s", id);
  return status;
}

const struct workload workload = {.operations = {{"similarity_search", 60, similarity_search},
                                                 {"vector_insert", 25, vector_insert},
                                                 {"vector_update", 15, vector_update}},
                                  .session_size = sizeof(struct session),
                                  .setup = setup,
                                  .cleanup = cleanup,
                                  .open = open_session};

static const struct kit_option options[] = {{"vector_dimension", JSON_NUMBER, false, 1, 2000},
                                            {"index_type", JSON_TEXT, false, 0, 0},
                                            {"similarity_function", JSON_TEXT, false, 0, 0},
                                            {"operation_weights", JSON_OBJECT, false, 0, 0},
                                            {NULL, JSON_NULL, false, 0, 0}};
static const struct kit_interface interfaces[] = {
    {PLUG_WORKLOAD, &workload_interface}, {PLUG_DATABASE, &workload_database}, {NULL, NULL}};

const struct kit_plugin kit_plugin = {.id = "stormdb/vector_plugin",
                                      .options = options,
                                      .interfaces = interfaces,
                                      .state_size = sizeof(struct state),
                                      .start = start,
                                      .measure = workload_measure};
