/* The shop of ecommerce_plugin 1.x, in which realworld_plugin does business too: tables, stock, orders, payments.
 * At any time a product's stock is what it began with and what was delivered, less what was sold and not returned. */
#ifndef SHOP_H
#define SHOP_H

#include "db.h"

#define SHOP_SCHEMA 1
#define SHOP_STOCK 1000
#define SHOP_LINES 50 /* the most of one order */

struct shop_line {
  int64_t product;
  int64_t quantity;
  int64_t price_cents; /* filled in by a sale */
};

struct shop_order {
  int64_t id;
  int64_t customer;
  int64_t total_cents;
  struct shop_line lines[SHOP_LINES];
  int count;
};

plug_status shop_make(struct db *db, int64_t products, int64_t customers, const plug_sink *error);
plug_status shop_drop(struct db *db, const plug_sink *error);
plug_status shop_has_table(struct db *db, const char *table, bool *is_there, const plug_sink *error);
/* How large the shop is; PLUG_STATE where it is none of this schema. */
plug_status shop_size(struct db *db, int64_t *products, int64_t *customers, const plug_sink *error);
/* Takes the lines from the stock, and writes order and payment; what there is too little of is delivered first. In a
 * transaction. Lines are put in order, so that two sales wait for each other and never both. */
plug_status shop_sell(struct db *db, struct shop_order *order, const plug_sink *error);

#endif
