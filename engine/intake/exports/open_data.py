"""Open data sets of real purchases, in the form in which they are passed around."""

from __future__ import annotations

from engine.intake.exports.known import Known

_ONE_UNIT = "Each line is one unit: the price is the amount of the line."
_NO_DATE = "Its days are counted from an unknown first day, so that the file has no dates to analyse."
_EVENTS = {
    "customer": "user_id",
    "order": "user_session",
    "product": "product_id",
    "category": "category_code, category_id",
    "date": "event_time",
    "amount": "price",
    "status": "event_type",
}
_UCI = {"product": "StockCode", "product_name": "Description", "date": "InvoiceDate", "quantity": "Quantity"}

OPEN_DATA = (
    Known(
        "UCI Online Retail",
        "InvoiceNo, StockCode, Quantity, InvoiceDate, UnitPrice, CustomerID",
        {**_UCI, "customer": "CustomerID", "order": "InvoiceNo", "price": "UnitPrice", "country": "Country"},
    ),
    Known(
        "UCI Online Retail II",
        "Invoice, StockCode, Quantity, InvoiceDate, Price, Customer ID",
        {**_UCI, "customer": "Customer ID", "order": "Invoice", "price": "Price", "country": "Country"},
    ),
    Known(
        "Open e-commerce (Amazon purchases)",
        "Order Date, Purchase Price Per Unit, Quantity, Survey ResponseID",
        {
            "customer": "Survey ResponseID",
            "product": "ASIN/ISBN (Product Code)",
            "product_name": "Title",
            "category": "Category",
            "date": "Order Date",
            "quantity": "Quantity",
            "price": "Purchase Price Per Unit",
        },
    ),
    Known(
        "REES46 events",
        "event_time, event_type, product_id, price, user_id",
        _EVENTS,
        keep_only=("event_type", ("purchase",)),
        notes=f"Only purchases count, views and carts do not. {_ONE_UNIT}",
    ),
    Known(
        "REES46 purchases",
        "event_time, order_id, product_id, price, user_id",
        {**_EVENTS, "order": "order_id"},
        notes=_ONE_UNIT,
    ),
    Known(
        "H&M transactions",
        "t_dat, customer_id, article_id, price",
        {"customer": "customer_id", "product": "article_id", "date": "t_dat", "amount": "price"},
        notes=f"{_ONE_UNIT} Prices are scaled, not in a currency.",
    ),
    Known(
        "CDNOW",
        "customer_id, date, number_of_cds, dollar_value",
        {"customer": "customer_id", "date": "date", "quantity": "number_of_cds", "amount": "dollar_value"},
    ),
    Known(
        "Ta-Feng",
        "TRANSACTION_DT, CUSTOMER_ID, PRODUCT_SUBCLASS, PRODUCT_ID, AMOUNT, SALES_PRICE",
        {
            "customer": "CUSTOMER_ID",
            "product": "PRODUCT_ID",
            "category": "PRODUCT_SUBCLASS",
            "date": "TRANSACTION_DT",
            "quantity": "AMOUNT",
            "amount": "SALES_PRICE",
        },
        notes="AMOUNT counts pieces; SALES_PRICE is the total of the line.",
    ),
    Known(
        "Ta-Feng",
        "日期, 會員卡號, 商品分類, 商品編碼, 數量, 銷售",
        {
            "customer": "會員卡號",
            "product": "商品編碼",
            "category": "商品分類",
            "date": "日期",
            "quantity": "數量",
            "amount": "銷售",
        },
    ),
    Known(
        "X5 RetailHero",
        "client_id, transaction_id, transaction_datetime, purchase_sum, product_id, trn_sum_from_iss",
        {
            "customer": "client_id",
            "order": "transaction_id",
            "product": "product_id",
            "date": "transaction_datetime",
            "quantity": "product_quantity",
            "amount": "trn_sum_from_iss",
        },
        notes="purchase_sum is the total of the receipt on each of its lines; trn_sum_from_iss is that of the line.",
    ),
    Known(
        "Acquire Valued Shoppers",
        "id, chain, dept, category, company, brand, date, purchasequantity, purchaseamount",
        {
            "customer": "id",
            "product": "company",
            "category": "category",
            "date": "date",
            "quantity": "purchasequantity",
            "amount": "purchaseamount",
        },
        notes="It has no products: the company that makes them stands for them.",
    ),
    Known(
        "Superstore",
        "Order ID, Order Date, Ship Date, Customer ID, Product ID, Sub-Category, Sales",
        {
            "customer": "Customer ID",
            "order": "Order ID",
            "product": "Product ID",
            "product_name": "Product Name",
            "category": "Category",
            "date": "Order Date",
            "quantity": "Quantity",
            "amount": "Sales",
            "country": "Country, Country/Region",
        },
    ),
    Known(
        "dunnhumby completejourney",
        "household_id, basket_id, product_id, quantity, sales_value, transaction_timestamp",
        {
            "customer": "household_id",
            "order": "basket_id",
            "product": "product_id",
            "category": "department, product_category",
            "date": "transaction_timestamp",
            "quantity": "quantity",
            "amount": "sales_value",
        },
    ),
    Known(
        "dunnhumby The Complete Journey",
        "household_key, BASKET_ID, DAY, PRODUCT_ID, QUANTITY, SALES_VALUE",
        {
            "customer": "household_key",
            "order": "BASKET_ID",
            "product": "PRODUCT_ID",
            "category": "DEPARTMENT, COMMODITY_DESC, Category",
            "quantity": "QUANTITY",
            "amount": "SALES_VALUE",
        },
        notes=_NO_DATE,
    ),
    Known(
        "dunnhumby Let's Get Sort-of-Real",
        "SHOP_DATE, QUANTITY, SPEND, PROD_CODE, CUST_CODE, BASKET_ID",
        {
            "customer": "CUST_CODE",
            "order": "BASKET_ID",
            "product": "PROD_CODE",
            "category": "PROD_CODE_40, PROD_CODE_30, PROD_CODE_20, PROD_CODE_10",
            "date": "SHOP_DATE",
            "quantity": "QUANTITY",
            "amount": "SPEND",
        },
    ),
    Known(
        "Instacart",
        "order_id, user_id, order_number, order_dow, days_since_prior_order",
        {
            "customer": "user_id",
            "order": "order_id",
            "product": "product_id",
            "product_name": "product_name",
            "category": "department, aisle, department_id, aisle_id",
        },
        notes=f"{_NO_DATE} It has no prices either.",
    ),
    Known(
        "Olist",
        "order_id, order_purchase_timestamp, order_item_id, price, customer_unique_id",
        {
            "customer": "customer_unique_id",
            "order": "order_id",
            "product": "product_id",
            "category": "product_category_name_english, product_category_name",
            "date": "order_purchase_timestamp",
            "amount": "price",
            "status": "order_status",
        },
        notes=f"{_ONE_UNIT} customer_id changes with every order, customer_unique_id is the person.",
    ),
)
