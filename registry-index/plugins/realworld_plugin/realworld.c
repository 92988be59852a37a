/* People who come and go in the shop of ecommerce_plugin: some products are liked far more than others, most look, some
 * buy, a few bring things back, and now and then somebody wants a report. */
#include "shop.h"
#include "workload.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PRODUCTS 1000
#define CUSTOMERS 200

struct state {
  struct workload_state shared;
  int64_t session_length;
};

/* One visitor after the other. */
struct session {
  int64_t products;
  int64_t customers;
  int64_t visit; /* 0: nobody is there */
  int64_t customer;
  int64_t left; /* operations until the visitor goes */
};

static plug_status start(void *context, const plug_host *host, const struct json *config, const plug_sink *error) {
  struct state *state = context;
  state->session_length = kit_number(config, "session_length", 20);
  return workload_start(&state->shared, host, config, error);
}

/* ---- tables ---- */

static plug_status setup(void *state, struct db *db, const plug_sink *error) {
  static const char *const tables[] = {
      "CREATE TABLE realworld_visits (id %s PRIMARY KEY, customer INTEGER NOT NULL, operations INTEGER NOT NULL "
      "DEFAULT 0, "
      "is_over INTEGER NOT NULL DEFAULT 0)",
      "CREATE TABLE realworld_events (id %s PRIMARY KEY, visit BIGINT NOT NULL REFERENCES realworld_visits, "
      "operation TEXT NOT NULL, subject BIGINT NOT NULL)"};
  bool is_there = false;
  int64_t sizes[2];
  (void)state;
  plug_status status = shop_has_table(db, "ecommerce_shop", &is_there, error);
  if (status == PLUG_OK && is_there) status = shop_size(db, &sizes[0], &sizes[1], error);
  if (status == PLUG_OK && !is_there) {
    status = shop_make(db, PRODUCTS, CUSTOMERS, error);
    if (status == PLUG_OK) status = db_do(db, "CREATE TABLE realworld_made_the_shop (id INTEGER)", error);
  }
  for (size_t i = 0; i < 2 && status == PLUG_OK; i++) {
    char sql[300];
    snprintf(sql, sizeof sql, tables[i], db->is_postgres ? "BIGSERIAL" : "INTEGER");
    status = db_do(db, sql, error);
  }
  return status;
}

/* A shop that was there before stays there. */
static plug_status cleanup(void *state, struct db *db, const plug_sink *error) {
  static const char *const tables[] = {"realworld_events", "realworld_visits", "realworld_made_the_shop", NULL};
  bool is_ours = false;
  (void)state;
  plug_status status = shop_has_table(db, "realworld_made_the_shop", &is_ours, error);
  if (status == PLUG_OK) status = workload_drop(db, tables, error);
  return status == PLUG_OK && is_ours ? shop_drop(db, error) : status;
}

static plug_status open_session(plug_session *session, const plug_sink *error) {
  struct session *own = session->own;
  return shop_size(&session->db, &own->products, &own->customers, error);
}

/* ---- visitors ---- */

/* Zipf's law, or nearly: the n-th is picked with a share of 1/n. */
static int64_t pick_skewed(plug_session *session, int64_t most) {
  double share = (double)(workload_pick(&session->random, 1 << 30) - 1) / (1 << 30);
  int64_t picked = (int64_t)pow((double)most + 1, share);
  return picked > most ? most : picked;
}

static plug_status come(plug_session *session, const plug_sink *error) {
  struct session *own = session->own;
  char customer[24];
  if (own->visit != 0) return PLUG_OK;
  own->customer = pick_skewed(session, own->customers);
  own->left = ((const struct state *)session->state)->session_length;
  const char *const parameters[] = {db_decimal(customer, own->customer)};
  return db_number(&session->db, "INSERT INTO realworld_visits (customer) VALUES (?) RETURNING id", parameters, 1,
                   &own->visit, error);
}

/* Notes what a visitor did; the last thing ends the visit. In a transaction. */
static plug_status note(plug_session *session, const char *operation, int64_t subject, const plug_sink *error) {
  const struct session *own = session->own;
  char visit[24], number[24], is_over[24];
  const char *const event[] = {db_decimal(visit, own->visit), operation, db_decimal(number, subject)};
  const char *const change[] = {db_decimal(is_over, own->left == 1), visit};
  plug_status status = db_run(&session->db, "INSERT INTO realworld_events (visit, operation, subject) VALUES (?, ?, ?)",
                              event, 3, error);
  if (status != PLUG_OK) return status;
  return db_run(&session->db,
                "UPDATE realworld_visits SET operations = operations + 1, is_over = CAST(? AS INTEGER) WHERE id = ?",
                change, 2, error);
}

/* Does something as a visitor, all of it or nothing; `work` gives what the note is about. */
static plug_status visit(plug_session *session, const char *operation,
                         plug_status (*work)(plug_session *session, int64_t *subject, const plug_sink *error),
                         const plug_sink *error) {
  struct session *own = session->own;
  int64_t subject = 0;
  plug_status status = come(session, error);
  if (status == PLUG_OK) status = db_begin(&session->db, error);
  if (status != PLUG_OK) return status;
  status = work(session, &subject, error);
  if (status == PLUG_OK) status = note(session, operation, subject, error);
  status = db_end(&session->db, status, error);
  if (status != PLUG_OK) return status;
  workload_tell(session, "%s by %lld: %lld", operation, (long long)own->customer, (long long)subject);
  if (--own->left == 0) own->visit = 0;
  return PLUG_OK;
}

/* ---- operations ---- */

static plug_status look(plug_session *session, int64_t *subject, const plug_sink *error) {
  const struct session *own = session->own;
  char product[24];
  int64_t price = -1;
  *subject = pick_skewed(session, own->products);
  const char *const parameters[] = {db_decimal(product, *subject)};
  plug_status status = db_number(&session->db, "SELECT price_cents, name, stock FROM ecommerce_products WHERE id = ?",
                                 parameters, 1, &price, error);
  return status == PLUG_OK && price < 0 ? refuse(error, PLUG_FAILED, "there is no product %s", product) : status;
}

/* One to five products, none twice. */
static plug_status buy(plug_session *session, int64_t *subject, const plug_sink *error) {
  const struct session *own = session->own;
  struct shop_order order = {.customer = own->customer};
  for (int64_t wanted = workload_pick(&session->random, 5); wanted > 0; wanted--) {
    int64_t product = pick_skewed(session, own->products);
    int same = 0;
    while (same < order.count && order.lines[same].product != product) same++;
    if (same == order.count) order.lines[order.count++] = (struct shop_line){product, 0, 0};
    order.lines[same].quantity++;
  }
  plug_status status = shop_sell(&session->db, &order, error);
  *subject = order.id;
  return status;
}

/* The customer's oldest order comes back, and the money goes; nothing where there is none. */
static plug_status bring_back(plug_session *session, int64_t *subject, const plug_sink *error) {
  const struct session *own = session->own;
  char customer[24], order[24];
  const char *const by_customer[] = {db_decimal(customer, own->customer)};
  plug_status status =
      db_number(&session->db,
                "UPDATE ecommerce_orders SET status = 'returned' WHERE status = 'paid' AND id = (SELECT min(id) "
                "FROM ecommerce_orders WHERE customer = ? AND status = 'paid') RETURNING id",
                by_customer, 1, subject, error);
  if (status != PLUG_OK || *subject == 0) return status;
  const char *const by_order[] = {db_decimal(order, *subject)};
  /* Rows are locked in the order of their numbers, as sales do it. */
  if (session->db.is_postgres) {
    status = db_run(
        &session->db,
        "SELECT id FROM ecommerce_products WHERE id IN (SELECT product FROM ecommerce_order_lines WHERE order_id = ?) "
        "ORDER BY id FOR UPDATE",
        by_order, 1, error);
  }
  if (status == PLUG_OK) {
    status = db_run(&session->db,
                    "UPDATE ecommerce_products SET stock = stock + l.quantity FROM ecommerce_order_lines AS l "
                    "WHERE l.order_id = ? AND l.product = ecommerce_products.id",
                    by_order, 1, error);
  }
  if (status != PLUG_OK) return status;
  return db_run(&session->db,
                "INSERT INTO ecommerce_payments (order_id, customer, amount_cents, status) "
                "SELECT id, customer, -total_cents, 'refunded' FROM ecommerce_orders WHERE id = ?",
                by_order, 1, error);
}

/* Which category brings in most. */
static plug_status sum_up(plug_session *session, int64_t *subject, const plug_sink *error) {
  return db_number(
      &session->db,
      "SELECT p.category, sum(l.quantity * l.price_cents) AS income FROM ecommerce_order_lines l "
      "JOIN ecommerce_orders o ON o.id = l.order_id AND o.status = 'paid' "
      "JOIN ecommerce_products p ON p.id = l.product GROUP BY p.category ORDER BY income DESC, p.category LIMIT 5",
      NULL, 0, subject, error);
}

static plug_status browse(plug_session *session, const plug_sink *error) {
  return visit(session, "browse", look, error);
}
static plug_status purchase(plug_session *session, const plug_sink *error) {
  return visit(session, "purchase", buy, error);
}
static plug_status return_goods(plug_session *session, const plug_sink *error) {
  return visit(session, "return_goods", bring_back, error);
}
static plug_status report(plug_session *session, const plug_sink *error) {
  return visit(session, "report", sum_up, error);
}

const struct workload workload = {.operations = {{"browse", 65, browse},
                                                 {"purchase", 20, purchase},
                                                 {"return_goods", 5, return_goods},
                                                 {"report", 10, report}},
                                  .session_size = sizeof(struct session),
                                  .setup = setup,
                                  .cleanup = cleanup,
                                  .open = open_session};

static const struct kit_option options[] = {{"session_length", JSON_NUMBER, false, 1, 10000},
                                            {"operation_weights", JSON_OBJECT, false, 0, 0},
                                            {NULL, JSON_NULL, false, 0, 0}};
static const struct kit_interface interfaces[] = {
    {PLUG_WORKLOAD, &workload_interface}, {PLUG_DATABASE, &workload_database}, {NULL, NULL}};

const struct kit_plugin kit_plugin = {.id = "stormdb/realworld_plugin",
                                      .options = options,
                                      .interfaces = interfaces,
                                      .state_size = sizeof(struct state),
                                      .start = start,
                                      .measure = workload_measure};
