/* Loads a database like a shop does: searches, carts, orders with stock and payments. */
#include "shop.h"
#include "workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CATEGORIES 20
#define PAGE 20
#define DECLINED_IN 20 /* one payment of so many */

struct state {
  struct workload_state shared;
  int64_t products;
  int64_t customers;
  uint64_t declined;
};

/* What there is; sessions see it when they are opened. */
struct session {
  int64_t products;
  int64_t customers;
};

static plug_status start(void *context, const plug_host *host, const struct json *config, const plug_sink *error) {
  struct state *state = context;
  state->products = kit_number(config, "catalog_size", 10000);
  state->customers = kit_number(config, "customer_count", 1000);
  return workload_start(&state->shared, host, config, error);
}

static plug_status setup(void *context, struct db *db, const plug_sink *error) {
  const struct state *state = context;
  return shop_make(db, state->products, state->customers, error);
}

static plug_status cleanup(void *state, struct db *db, const plug_sink *error) {
  (void)state;
  return shop_drop(db, error);
}

static plug_status open_session(plug_session *session, const plug_sink *error) {
  struct session *own = session->own;
  return shop_size(&session->db, &own->products, &own->customers, error);
}

/* ---- looking ---- */

struct page {
  int rows;
  int64_t last;
  bool is_disordered;
};

/* Rows with a number first, which must not fall. */
static bool take_row(void *context, const char *const *columns, int count) {
  struct page *page = context;
  int64_t number = strtoll(columns[0], NULL, 10);
  (void)count;
  page->is_disordered = page->is_disordered || (page->rows > 0 && number < page->last);
  page->last = number;
  page->rows++;
  return true;
}

/* Ten neighbours by name, of which the first is there. */
static plug_status product_search(plug_session *session, const plug_sink *error) {
  const struct session *own = session->own;
  int64_t id = workload_pick(&session->random, own->products);
  char low[40], high[40];
  const char *const parameters[] = {low, high};
  struct page page = {0};
  snprintf(low, sizeof low, "Product %07lld", (long long)id);
  snprintf(high, sizeof high, "Product %07lld", (long long)id + 10);
  plug_status status = session->db.kind->run(
      &session->db,
      "SELECT id, name, price_cents FROM ecommerce_products WHERE name >= ? AND name < ? ORDER BY name LIMIT 20",
      parameters, 2, take_row, &page, error);
  if (status != PLUG_OK) return status;
  workload_tell(session, "product_search `%s`: %d", low, page.rows);
  if (page.rows == 0 || page.is_disordered) return refuse(error, PLUG_FAILED, "`%s` is not found by its name", low);
  return PLUG_OK;
}

/* A page of a category, the cheapest first. */
static plug_status browse_catalog(plug_session *session, const plug_sink *error) {
  const struct session *own = session->own;
  int64_t pages = own->products / CATEGORIES / PAGE + 1;
  int64_t category = workload_pick(&session->random, CATEGORIES) - 1,
          offset = (workload_pick(&session->random, pages) - 1) * PAGE;
  char a[24], b[24];
  const char *const parameters[] = {db_decimal(a, category), db_decimal(b, offset)};
  struct page page = {0};
  plug_status status = session->db.kind->run(&session->db,
                                             "SELECT price_cents, id, name FROM ecommerce_products WHERE category = ? "
                                             "ORDER BY price_cents, id LIMIT 20 OFFSET CAST(? AS INTEGER)",
                                             parameters, 2, take_row, &page, error);
  if (status != PLUG_OK) return status;
  workload_tell(session, "browse_catalog %lld from %lld: %d", (long long)category, (long long)offset, page.rows);
  return page.is_disordered ? refuse(error, PLUG_FAILED, "category %s is not in the order of prices", a) : PLUG_OK;
}

/* ---- buying ---- */

static plug_status put_into_cart(plug_session *session, int64_t customer, const plug_sink *error) {
  const struct session *own = session->own;
  char a[24], b[24], c[24];
  const char *const parameters[] = {db_decimal(a, customer),
                                    db_decimal(b, workload_pick(&session->random, own->products)),
                                    db_decimal(c, workload_pick(&session->random, 3))};
  plug_status status = db_run(
      &session->db,
      "INSERT INTO ecommerce_cart_lines (customer, product, quantity) VALUES (?, ?, ?) "
      "ON CONFLICT (customer, product) DO UPDATE SET quantity = ecommerce_cart_lines.quantity + excluded.quantity",
      parameters, 3, error);
  if (status == PLUG_OK) workload_tell(session, "add_to_cart %s: %s of %s", a, c, b);
  return status;
}

static plug_status add_to_cart(plug_session *session, const plug_sink *error) {
  const struct session *own = session->own;
  return put_into_cart(session, workload_pick(&session->random, own->customers), error);
}

static bool take_line(void *context, const char *const *columns, int count) {
  struct shop_order *order = context;
  (void)count;
  if (order->count == SHOP_LINES) return false;
  struct shop_line *line = &order->lines[order->count++];
  *line = (struct shop_line){strtoll(columns[0], NULL, 10), strtoll(columns[1], NULL, 10), 0};
  return true;
}

/* Empties a customer's cart into an order. In a transaction; what is put into the cart meanwhile stays there. */
static plug_status empty_cart(plug_session *session, struct shop_order *order, const plug_sink *error) {
  char customer[24];
  const char *const parameters[] = {db_decimal(customer, order->customer)};
  plug_status status =
      session->db.kind->run(&session->db,
                            "DELETE FROM ecommerce_cart_lines WHERE (customer, product) IN (SELECT customer, product "
                            "FROM ecommerce_cart_lines "
                            "WHERE customer = ? ORDER BY product LIMIT 50) RETURNING product, quantity",
                            parameters, 1, take_line, order, error);
  return status == PLUG_OK && order->count > 0 ? shop_sell(&session->db, order, error) : status;
}

/* The sale was taken back, the cart is as it was; only that the bank said no is kept. */
static plug_status note_declined(plug_session *session, const struct shop_order *order, const plug_sink *error) {
  struct state *state = (struct state *)session->state;
  char a[24], b[24];
  const char *const parameters[] = {db_decimal(a, order->customer), db_decimal(b, order->total_cents)};
  __atomic_fetch_add(&state->declined, 1, __ATOMIC_RELAXED);
  workload_tell(session, "checkout %s: declined %s", a, b);
  return db_run(&session->db,
                "INSERT INTO ecommerce_payments (customer, amount_cents, status) VALUES (?, ?, 'declined')", parameters,
                2, error);
}

/* Somebody with a cart, from a customer on; else that one gets a line first. */
static plug_status pick_cart(plug_session *session, struct shop_order *order, const plug_sink *error) {
  const struct session *own = session->own;
  char from[24];
  int64_t picked = workload_pick(&session->random, own->customers);
  const char *const parameters[] = {db_decimal(from, picked)};
  plug_status status =
      db_number(&session->db, "SELECT customer FROM ecommerce_cart_lines WHERE customer >= ? ORDER BY customer LIMIT 1",
                parameters, 1, &order->customer, error);
  if (status != PLUG_OK || order->customer != 0) return status;
  order->customer = picked;
  return put_into_cart(session, picked, error);
}

static plug_status checkout(plug_session *session, const plug_sink *error) {
  struct shop_order order = {0};
  bool is_declined = workload_pick(&session->random, DECLINED_IN) == 1;
  plug_status status = pick_cart(session, &order, error);
  if (status == PLUG_OK) status = db_begin(&session->db, error);
  if (status != PLUG_OK) return status;
  status = empty_cart(session, &order, error);
  if (status == PLUG_OK && is_declined && order.count > 0) {
    status = db_do(&session->db, "ROLLBACK", error);
    return status == PLUG_OK ? note_declined(session, &order, error) : status;
  }
  status = db_end(&session->db, status, error);
  if (status == PLUG_OK) {
    workload_tell(session, "checkout %lld: order %lld, %lld", (long long)order.customer, (long long)order.id,
                  (long long)order.total_cents);
  }
  return status;
}

static void measure(void *context, struct text *out) {
  struct state *state = context;
  workload_measure(context, out);
  text_say(out, ", \"declined\": %llu", (unsigned long long)__atomic_load_n(&state->declined, __ATOMIC_RELAXED));
}

const struct workload workload = {.operations = {{"product_search", 50, product_search},
                                                 {"add_to_cart", 20, add_to_cart},
                                                 {"checkout", 15, checkout},
                                                 {"browse_catalog", 15, browse_catalog}},
                                  .session_size = sizeof(struct session),
                                  .setup = setup,
                                  .cleanup = cleanup,
                                  .open = open_session};

static const struct kit_option options[] = {{"catalog_size", JSON_NUMBER, false, 1, 1000000},
                                            {"customer_count", JSON_NUMBER, false, 1, 1000000},
                                            {"operation_weights", JSON_OBJECT, false, 0, 0},
                                            {NULL, JSON_NULL, false, 0, 0}};
static const struct kit_interface interfaces[] = {
    {PLUG_WORKLOAD, &workload_interface}, {PLUG_DATABASE, &workload_database}, {NULL, NULL}};

const struct kit_plugin kit_plugin = {.id = "stormdb/ecommerce_plugin",
                                      .options = options,
                                      .interfaces = interfaces,
                                      .state_size = sizeof(struct state),
                                      .start = start,
                                      .measure = measure};
