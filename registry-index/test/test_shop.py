"""ecommerce_plugin and realworld_plugin, upon SQLite and PostgreSQL, whose own tools look at the books."""

import databases
import plug

# At any time stock is what there was and came, less what was sold and not brought back.
STOCK = """SELECT count(*) FROM ecommerce_products p WHERE stock <> 1000
  + coalesce((SELECT sum(quantity) FROM ecommerce_deliveries d WHERE d.product = p.id), 0)
  - coalesce((SELECT sum(quantity) FROM ecommerce_order_lines l JOIN ecommerce_orders o ON o.id = l.order_id
              WHERE l.product = p.id AND o.status = 'paid'), 0)"""
TOTALS = """SELECT count(*) FROM ecommerce_orders o WHERE
  total_cents <> (SELECT sum(quantity * price_cents) FROM ecommerce_order_lines l WHERE l.order_id = o.id)
  OR total_cents <> (SELECT sum(amount_cents) FROM ecommerce_payments p WHERE p.order_id = o.id AND p.status = 'paid')
  OR (status = 'returned') <> (0 = (SELECT sum(amount_cents) FROM ecommerce_payments p WHERE p.order_id = o.id))"""


def check_books(database):
    assert database.ask(STOCK) == "0", "the stock is wrong"
    assert database.ask(TOTALS) == "0", "an order, its lines and its payment differ"


def test_setup():
    """the shop is as large as the configuration says, and goes again"""
    def check(database):
        load = databases.Load("ecommerce_plugin", {"catalog_size": 345, "customer_count": 67}, database)
        for _ in range(2):
            load.setup()
        assert database.ask("SELECT count(*), min(name), max(name), sum(stock) FROM ecommerce_products") == "345|Product 0000001|Product 0000345|345000"
        assert database.ask("SELECT count(*) FROM ecommerce_customers") == "67"
        for _ in range(2):
            load.cleanup()
        assert database.tables("ecommerce_") == 0
        assert "set it up" in load.open(plug.STATE)
    databases.on_each(check)


def test_operations():
    """each operation's answer is the database's"""
    def check(database):
        load = databases.Load("ecommerce_plugin", {"catalog_size": 100, "customer_count": 5}, database)
        load.setup()
        session = load.open()
        for _ in range(40):
            for operation in ("product_search", "browse_catalog", "add_to_cart"):
                load.run(session, operation)
        for name, rows in load.told("product_search"):
            first = int(name.strip("`").split()[1])
            assert int(rows) == min(10, 100 - first + 1), name
        for words, rows in load.told("browse_catalog"):
            category, offset = map(int, words.split(" from "))
            in_category = int(database.ask(f"SELECT count(*) FROM ecommerce_products WHERE category = {category}"))
            assert int(rows) == min(20, max(0, in_category - offset)), words
        cart = {}
        for customer, words in load.told("add_to_cart"):
            quantity, product = words.split(" of ")
            cart[customer, product] = cart.get((customer, product), 0) + int(quantity)
        lines = database.ask("SELECT customer, product, quantity FROM ecommerce_cart_lines ORDER BY customer, product").split("\n")
        assert lines == [f"{c}|{p}|{q}" for (c, p), q in sorted(cart.items(), key=lambda i: (int(i[0][0]), int(i[0][1])))]
        for _ in range(60):
            load.run(session, "checkout")
        load.workload.close(session)
        done = load.told("checkout")
        orders = [words.split(", ") for _, words in done if words.startswith("order")]
        declined = [f"{customer}|{words.split()[1]}" for customer, words in done if words.startswith("declined")]
        assert database.ask("SELECT id, total_cents FROM ecommerce_orders ORDER BY id").split("\n") == [f"{o.split()[1]}|{t}" for o, t in orders if o != "order 0"]
        assert database.ask("SELECT customer, amount_cents FROM ecommerce_payments WHERE status = 'declined' ORDER BY id") == "\n".join(declined)
        assert load.plugin.metrics()["declined"] == len(declined) and len(orders) + len(declined) == 60
        check_books(database)
    databases.on_each(check)


def test_sessions():
    """six sessions at once keep stock, orders and payments in agreement, also where stock runs out"""
    def check(database):
        config = {"catalog_size": 3, "customer_count": 4}
        load = databases.Load("ecommerce_plugin", config, database)
        load.setup()
        database.ask("UPDATE ecommerce_products SET stock = 5; INSERT INTO ecommerce_deliveries (product, quantity) SELECT id, -995 FROM ecommerce_products")
        load.crowd(6, 25)
        check_books(database)
        assert int(database.ask("SELECT count(*) FROM ecommerce_deliveries WHERE quantity > 0")) > 0
        assert int(database.ask("SELECT count(*) FROM ecommerce_orders")) > 20 and load.plugin.metrics()["failed"] == 0
        sold = database.ask("SELECT sum(quantity) FROM ecommerce_order_lines")
        left = database.ask("SELECT coalesce(sum(quantity), 0) FROM ecommerce_cart_lines")
        put = sum(int(words.split(" of ")[0]) for _, words in load.told("add_to_cart"))
        assert int(sold) + int(left) == put, "something was lost between cart and order"
    databases.on_each(check)


def test_visitors():
    """visitors do as many things as a visit has, and each thing is noted with its transaction"""
    def check(database):
        databases.Load("ecommerce_plugin", {}, database).cleanup()
        load = databases.Load("realworld_plugin", {"session_length": 7}, database)
        load.setup()
        load.crowd(5, 28)
        check_books(database)
        wrong = database.ask("SELECT count(*) FROM realworld_visits v WHERE operations <> (SELECT count(*) FROM realworld_events e "
                             "WHERE e.visit = v.id) OR operations > 7 OR (is_over = 1) <> (operations = 7)")
        assert wrong == "0", "visits and events differ"
        assert database.ask("SELECT count(*) FROM realworld_visits") == str(5 * 28 * 4 // 7)
        assert database.ask("SELECT operation, count(*) FROM realworld_events GROUP BY operation ORDER BY 1").split("\n") == [
            f"{o}|140" for o in ("browse", "purchase", "report", "return_goods")]
        bought = database.ask("SELECT count(*) FROM realworld_events WHERE operation = 'purchase'")
        assert database.ask("SELECT count(*) FROM ecommerce_orders") == bought
        brought = database.ask("SELECT count(*) FROM realworld_events WHERE operation = 'return_goods' AND subject > 0")
        assert database.ask("SELECT count(*) FROM ecommerce_orders WHERE status = 'returned'") == brought and int(brought) > 0
        load.cleanup()
        assert database.tables("realworld_") == 0 and database.tables("ecommerce_") == 0
    databases.on_each(check)


def test_taste():
    """few products get most of the looks, by Zipf's law"""
    def check(database):
        databases.Load("ecommerce_plugin", {}, database).cleanup()
        load = databases.Load("realworld_plugin", {"operation_weights": {"browse": 1}}, database)
        load.setup()
        session = load.open()
        for _ in range(1500):
            load.run(session, "browse")
        load.workload.close(session)
        # log(11) / log(1001) = 0.347 of all looks are at the first ten of 1,000
        first = int(database.ask("SELECT count(*) FROM realworld_events WHERE subject <= 10")) / 1500
        assert 0.28 < first < 0.42, first
        assert int(database.ask("SELECT count(DISTINCT subject) FROM realworld_events")) > 200
        load.cleanup()
    databases.on_each(check)


def test_one_shop():
    """both load one shop at once; the shop stays its maker's, and one of another schema is refused"""
    def check(database):
        shop = databases.Load("ecommerce_plugin", {"catalog_size": 50, "customer_count": 20}, database)
        world = databases.Load("realworld_plugin", {}, database)
        shop.setup()
        world.setup()
        session = shop.open()
        for _ in range(20):
            shop.run(session, "add_to_cart")
            shop.run(session, "checkout")
        world.crowd(2, 10)
        shop.workload.close(session)
        check_books(database)
        assert database.ask("SELECT count(*) FROM ecommerce_products") == "50"
        world.cleanup()
        assert database.ask("SELECT count(*) FROM ecommerce_products") == "50" and database.tables("realworld_") == 0
        database.ask("UPDATE ecommerce_shop SET schema_version = 2")
        assert "1.x" in world.setup(plug.STATE)
        shop.cleanup()
    databases.on_each(check)


plug.main(globals())
