#include "shop.h"
#include "workload.h"

#include <stdio.h>
#include <stdlib.h>

/* %s is how the database numbers rows. */
static const char *const tables[] = {
    "CREATE TABLE ecommerce_shop (schema_version INTEGER NOT NULL, products INTEGER NOT NULL, customers INTEGER NOT "
    "NULL)",
    "CREATE TABLE ecommerce_products (id INTEGER PRIMARY KEY, name TEXT NOT NULL, category INTEGER NOT NULL, "
    "price_cents INTEGER NOT NULL, stock INTEGER NOT NULL CHECK (stock >= 0))",
    "CREATE TABLE ecommerce_customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL)",
    "CREATE TABLE ecommerce_cart_lines (customer INTEGER NOT NULL REFERENCES ecommerce_customers, "
    "product INTEGER NOT NULL REFERENCES ecommerce_products, quantity INTEGER NOT NULL, PRIMARY KEY (customer, "
    "product))",
    "CREATE TABLE ecommerce_orders (id %s PRIMARY KEY, customer INTEGER NOT NULL REFERENCES ecommerce_customers, "
    "total_cents BIGINT NOT NULL, status TEXT NOT NULL)",
    "CREATE TABLE ecommerce_order_lines (order_id BIGINT NOT NULL REFERENCES ecommerce_orders, "
    "product INTEGER NOT NULL REFERENCES ecommerce_products, quantity INTEGER NOT NULL, price_cents INTEGER NOT NULL, "
    "PRIMARY KEY (order_id, product))",
    "CREATE TABLE ecommerce_payments (id %s PRIMARY KEY, order_id BIGINT REFERENCES ecommerce_orders, "
    "customer INTEGER NOT NULL, amount_cents BIGINT NOT NULL, status TEXT NOT NULL)",
    "CREATE TABLE ecommerce_deliveries (id %s PRIMARY KEY, product INTEGER NOT NULL, quantity INTEGER NOT NULL)",
    "CREATE INDEX ecommerce_products_name ON ecommerce_products (name)",
    "CREATE INDEX ecommerce_products_category ON ecommerce_products (category, price_cents, id)",
    "CREATE INDEX ecommerce_orders_customer ON ecommerce_orders (customer, status)",
    NULL};

/* Rows are numbers from 1 to a parameter; both databases make them by themselves. */
static plug_status fill(struct db *db, const char *insert, int64_t count, const plug_sink *error) {
  char sql[600], number[24];
  const char *const parameters[] = {db_decimal(number, count)};
  const char *rows = db->is_postgres ? "generate_series(1, CAST(? AS INTEGER)) AS n(i)" : "n";
  const char *before =
      db->is_postgres ? ""
                      : "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < CAST(? AS INTEGER)) ";
  snprintf(sql, sizeof sql, "%s%s FROM %s", before, insert, rows);
  return db_run(db, sql, parameters, 1, error);
}

plug_status shop_make(struct db *db, int64_t products, int64_t customers, const plug_sink *error) {
  char sql[600], a[24], b[24], c[24];
  plug_status status = PLUG_OK;
  for (const char *const *table = tables; *table != NULL && status == PLUG_OK; table++) {
    snprintf(sql, sizeof sql, *table, db->is_postgres ? "BIGSERIAL" : "INTEGER");
    status = db_do(db, sql, error);
  }
  const char *names = db->is_postgres ? "lpad(CAST(i AS TEXT), 7, '0')" : "printf('%07d', i)";
  snprintf(sql, sizeof sql,
           "INSERT INTO ecommerce_products SELECT i, 'Product ' || %s, i %% 20, 100 + i * 7919 %% 99900, %d", names,
           SHOP_STOCK);
  if (status == PLUG_OK) status = fill(db, sql, products, error);
  snprintf(sql, sizeof sql, "INSERT INTO ecommerce_customers SELECT i, 'Customer ' || %s", names);
  if (status == PLUG_OK) status = fill(db, sql, customers, error);
  const char *const sizes[] = {db_decimal(a, SHOP_SCHEMA), db_decimal(b, products), db_decimal(c, customers)};
  return status == PLUG_OK ? db_run(db, "INSERT INTO ecommerce_shop VALUES (?, ?, ?)", sizes, 3, error) : status;
}

plug_status shop_drop(struct db *db, const plug_sink *error) {
  static const char *const dropped[] = {"ecommerce_shop",        "ecommerce_deliveries", "ecommerce_payments",
                                        "ecommerce_order_lines", "ecommerce_orders",     "ecommerce_cart_lines",
                                        "ecommerce_customers",   "ecommerce_products",   NULL};
  return workload_drop(db, dropped, error);
}

plug_status shop_has_table(struct db *db, const char *table, bool *is_there, const plug_sink *error) {
  static const char sqlite[] = "SELECT count(*) FROM sqlite_master WHERE name = ?";
  static const char postgres[] = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = ?";
  const char *const parameters[] = {table};
  int64_t count = 0;
  plug_status status = db_number(db, db->is_postgres ? postgres : sqlite, parameters, 1, &count, error);
  *is_there = count > 0;
  return status;
}

static bool take_sizes(void *context, const char *const *columns, int count) {
  int64_t *sizes = context;
  for (int i = 0; i < count && i < 3; i++) sizes[i] = columns[i] == NULL ? 0 : strtoll(columns[i], NULL, 10);
  return false;
}

plug_status shop_size(struct db *db, int64_t *products, int64_t *customers, const plug_sink *error) {
  int64_t sizes[3] = {0, 0, 0};
  bool is_there = false;
  plug_status status = shop_has_table(db, "ecommerce_shop", &is_there, error);
  if (status == PLUG_OK && !is_there) return refuse(error, PLUG_STATE, "there is no shop: set it up first");
  if (status == PLUG_OK) {
    status = db->kind->run(db, "SELECT schema_version, products, customers FROM ecommerce_shop", NULL, 0, take_sizes,
                           sizes, error);
  }
  if (status != PLUG_OK) return status;
  if (sizes[0] != SHOP_SCHEMA || sizes[1] < 1 || sizes[2] < 1) {
    return refuse(error, PLUG_STATE, "the shop is not one of ecommerce_plugin %d.x", SHOP_SCHEMA);
  }
  *products = sizes[1];
  *customers = sizes[2];
  return PLUG_OK;
}

/* ---- sales ---- */

static int by_product(const void *left, const void *right) {
  const struct shop_line *a = left, *b = right;
  return (a->product > b->product) - (a->product < b->product);
}

static plug_status take_from_stock(struct db *db, struct shop_line *line, const plug_sink *error) {
  char quantity[24], product[24];
  const char *const parameters[] = {db_decimal(quantity, line->quantity), db_decimal(product, line->product), quantity};
  line->price_cents = -1;
  return db_number(
      db,
      "UPDATE ecommerce_products SET stock = stock - CAST(? AS INTEGER) WHERE id = ? AND stock >= CAST(? AS INTEGER) "
      "RETURNING price_cents",
      parameters, 3, &line->price_cents, error);
}

static plug_status deliver(struct db *db, const struct shop_line *line, const plug_sink *error) {
  char quantity[24], product[24];
  const char *const stock[] = {db_decimal(quantity, SHOP_STOCK), db_decimal(product, line->product)};
  const char *const delivery[] = {product, quantity};
  plug_status status =
      db_run(db, "UPDATE ecommerce_products SET stock = stock + CAST(? AS INTEGER) WHERE id = ?", stock, 2, error);
  if (status != PLUG_OK) return status;
  return db_run(db, "INSERT INTO ecommerce_deliveries (product, quantity) VALUES (?, ?)", delivery, 2, error);
}

static plug_status write_line(struct db *db, const struct shop_order *order, const struct shop_line *line,
                              const plug_sink *error) {
  char a[24], b[24], c[24], d[24];
  const char *const parameters[] = {db_decimal(a, order->id), db_decimal(b, line->product),
                                    db_decimal(c, line->quantity), db_decimal(d, line->price_cents)};
  return db_run(db, "INSERT INTO ecommerce_order_lines (order_id, product, quantity, price_cents) VALUES (?, ?, ?, ?)",
                parameters, 4, error);
}

static plug_status write_order(struct db *db, struct shop_order *order, const plug_sink *error) {
  char customer[24], total[24], id[24];
  const char *const written[] = {db_decimal(customer, order->customer), db_decimal(total, order->total_cents)};
  plug_status status =
      db_number(db, "INSERT INTO ecommerce_orders (customer, total_cents, status) VALUES (?, ?, 'paid') RETURNING id",
                written, 2, &order->id, error);
  for (int i = 0; i < order->count && status == PLUG_OK; i++) status = write_line(db, order, &order->lines[i], error);
  const char *const paid[] = {db_decimal(id, order->id), customer, total};
  if (status != PLUG_OK) return status;
  return db_run(db,
                "INSERT INTO ecommerce_payments (order_id, customer, amount_cents, status) VALUES (?, ?, ?, 'paid')",
                paid, 3, error);
}

plug_status shop_sell(struct db *db, struct shop_order *order, const plug_sink *error) {
  plug_status status = PLUG_OK;
  qsort(order->lines, (size_t)order->count, sizeof *order->lines, by_product);
  order->total_cents = 0;
  for (int i = 0; i < order->count && status == PLUG_OK; i++) {
    struct shop_line *line = &order->lines[i];
    status = take_from_stock(db, line, error);
    if (status == PLUG_OK && line->price_cents < 0) {
      status = deliver(db, line, error);
      if (status == PLUG_OK) status = take_from_stock(db, line, error);
    }
    if (status == PLUG_OK && line->price_cents < 0) {
      status = refuse(error, PLUG_FAILED, "there is no product %lld", (long long)line->product);
    }
    order->total_cents += line->quantity * line->price_cents;
  }
  return status == PLUG_OK ? write_order(db, order, error) : status;
}
