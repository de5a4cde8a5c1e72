"""Names of columns in English, among them those that databases and shop systems use everywhere."""

from __future__ import annotations

ENGLISH = {
    "customer": """
        customer unique id, customer id, customer number, customer key, customer code, client id, client number,
        client code, user id, member id, buyer id, account id, shopper id, visitor id, household id, household key,
        member number, member code, loyalty card number, loyalty id, loyalty card id, card id, msno, cust id,
        contact id, person id, guest id, patient id, consumer id, subscriber id, donor id, customer identifier,
        customer ref, client ref, buyer user id, customer account, account number, sold to party, cust key,
        customer user id, customer user, survey responseid, party id, customer reference, id customer, id user
        / customer email, buyer email, email, email address, customer email address, user email, client email,
        billing email, email billing, contact email, ordering customer email, mail, customer, client, user, buyer,
        member, shopper, buyer username, username, account, household, cust, order customer email
        / customer name, client name, buyer name, full name, billing name, bill to name, customer full name,
        contact name, account name, contact, customer phone, billing phone, phone, phone number, device id, cookie id,
        retailer id, reseller key, retailer, dealer, company name, company
    """,
    "order": """
        order id, order number, invoice number, invoice id, transaction id, basket id, receipt id, receipt number,
        sales order number, sales order id, amazon order id, order key, order code, order ref, order reference,
        bill number, bill id, ticket id, ticket number, check number, cart id, increment id, checkout id, sale id,
        sales id, purchase id, trans id, booking id, document number, booking number, till receipt, voucher number,
        id order, invoice code, order identifier, transaction number, transaction ref, reservation id
        / invoice, order, order name, basket, receipt, transaction, ticket, bill, user session, session id, visit id,
        payment id, charge id, checkout, purchase order number, reservation number
        / cart, session, document, po number, doc number, voucher
    """,
    "product": """
        product id, sku, stock code, item id, article id, article number, product code, product key, product sku,
        item code, item number, item sku, lineitem sku, variant sku, asin, variant id, product number, stock number,
        material number, part number, style code, goods id, plu, isbn, article code, product identifier, id product,
        asin isbn, material id, product ref, listing id
        / ean, upc, gtin, barcode, product reference, custom label, product, item, article, material, stock item,
        product variant, style id, model number
        / goods, part, model, style, variant, book id, track id, service id
    """,
    "product_name": """
        product name, lineitem name, item name, product title, item title, article name, product description,
        item description, article description, stock description, product long name, line item name, goods name,
        product display name, product label
        / description, title, long description, material description
        / product, item, article, products, product s, goods, items, name, details
    """,
    "category": """
        category, product category, category name, product category name, product category name english,
        product type, product group, product line, department, department name, product class, category code,
        item category, product department, main category, product group name, product family, article group,
        category main, product category 1, category 1, product hierarchy
        / sub category, category id, department id, product subclass, subcategory, aisle, section, item type,
        item group, merchandise group, collection, family, genre, garment group name, commodity, product category id
        / brand, product brand, brand name, manufacturer, vendor, product vendor
    """,
    "date": """
        order date, ordered at, order datetime, order date time, order time, invoice date, transaction date,
        transaction datetime, transaction timestamp, transaction time, purchase date, purchased at,
        order purchase timestamp, order created at, order timestamp, sale date, sales date, date ordered,
        date of order, date of purchase, purchase time, purchase datetime, purchase timestamp, order placed at,
        order created, order creation date, invoice datetime, receipt date, sold at, event time, order day, bill date,
        shop date, date purchased, basket date, order placed, placed at, placed on, invoice time, transaction day,
        order placed date, date of sale, date of transaction, order entry date, rental date, reservation date
        / created at, created, created date, date created, creation date, date, datetime, date time, timestamp,
        event date, event timestamp, event datetime, payment date, paid at, payments date, paid date, processed at,
        sold date, completed at, completed date, booking date, posting date, document date, t dat, date add,
        date paid, posted at, entry date, date key, calendar date, receipt time, inserted at, date placed
        / time, day, when, date id, datetime id, full date, business date, recorded at
    """,
    "quantity": """
        quantity, order quantity, quantity ordered, quantity purchased, item quantity, lineitem quantity, units sold,
        product quantity, quantity sold, quantity shipped, sales quantity, purchase quantity, order item quantity,
        number of cds, ordered quantity, sold quantity, line quantity, invoiced quantity, quantity invoiced,
        line item quantity
        / units, number of items, items sold, item count, pieces, unit count, amount of items, num items, unit sales,
        pcs, total quantity, total items, items, number of units, units ordered, no of units, no of items, items count,
        count of items, quants
        / count, volume, pieces sold
    """,
    "price": """
        unit price, price per unit, item price, price each, lineitem price, product price, selling price,
        unit selling price, purchase price per unit, price paid per unit, unit sale price, sale price, item cost,
        price unit, unit amount, unit value, net unit price, gross unit price, retail price, line item price,
        unit net price, article price
        / price, sold for, price paid, sales price, unit cost, cost per item, average price, avg price,
        rate
        / list price, mrp, cost
    """,
    "amount": """
        line total, line amount, total price, amount, sales, sales amount, revenue, total amount, net amount,
        item total, item subtotal, extended price, extended amount, sales value, spend, line revenue,
        line value, order line total, net sales, sale amount, transaction amount, purchase amount, gross amount,
        total sales, item revenue, line item total, lineitem total, amount paid, net revenue, n revenue, dollar value,
        total revenue, net value, row total, line net amount, order item total, line item amount, line subtotal,
        sales revenue, line sales, order line amount, product revenue, ext price, ext amount
        / order value, order total, order amount, total, grand total, invoice amount, turnover, payment value,
        payment amount, value, total paid, total spent, order total amount, amount spent, total value, gross sales,
        amount due original, total due, total charged, order revenue, invoice total, total owed, basket value,
        transaction value, transaction total, gmv, total purchase, price total, purchase value, final amount,
        bill amount, cart total, order price, fare amount, fare, subtotal, order subtotal, total cost, amount total,
        invoice value, total invoice amount, grand total purchased, ticket value, total order value, purchase sum
        / sum, paid, payment, net, gross, income, money spent, sale, monetary value, monetary
    """,
    "currency": """
        currency, currency code, order currency, order currency code, currency iso code, iso currency code,
        transaction currency, payment currency, invoice currency, presentment currency, sales currency, iso currency,
        currency iso, price currency
        / currency name, currency symbol, ccy, curr, currency id
    """,
    "status": """
        order status, financial status, payment status, transaction status, status, item status, order state,
        event type, invoice status, sale status, transaction type, line status, sales status, document type
        / fulfillment status, order item status, event name, event, action, status name, order status name, state name,
        record type, order type, current state, delivery status
    """,
    "country": """
        country, country code, country name, customer country, billing country, country billing, billing country code,
        country code billing, shipping country, ship country, ship to country, bill to country, buyer country,
        country iso code, delivery country, order country, country iso, shipping country code, shipping address country,
        user country, client country, invoice country
        / card address country, geo country, country region, nation, country of residence, market
    """,
    "converted_amount": """
        converted amount, amount converted, base amount, amount in base currency, base grand total, grand total base,
        settlement amount, converted total, amount base currency, amount in home currency, home amount,
        amount home currency, reporting amount, amount in reporting currency, local amount, base total,
        amount in local currency, converted price, amount local currency, base currency amount, base row total,
        base subtotal, converted value, settled amount, amount settlement currency
    """,
}
