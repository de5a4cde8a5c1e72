"""Header rows in English that belong to no known export, written as `header_rows` says."""

from __future__ import annotations

ENGLISH = {
    "en snake": (
        "id=row|order_id=order|user_id=customer|sku=product|qty=quantity|unit_price=price|discount=discount|"
        "created_at=date|updated_at=later|status=status|currency=currency|country=country"
    ),
    "en camel": (
        "rowId=row|orderNumber=order|customerNumber=customer|customerName=person|phone=phone|birthDate=birth|"
        "productCode=product|productName=product_name|quantityOrdered=quantity|priceEach=price|orderDate=date|"
        "requiredDate=later|shippedDate=later|status=status|city=city|country=country|creditLimit=listed"
    ),
    "en upper": (
        "ORDERNUMBER=order|QUANTITYORDERED=quantity|PRICEEACH=price|ORDERLINENUMBER=position|SALES=amount|"
        "ORDERDATE=date|STATUS=status|QTR_ID=shop|MONTH_ID=shop|PRODUCTLINE=category|MSRP=listed|"
        "PRODUCTCODE=product|CUSTOMERNAME=customer|PHONE=phone|CITY=city|POSTALCODE=zip|COUNTRY=country|"
        "CONTACTLASTNAME=first|DEALSIZE=segment"
    ),
    "en retail": (
        "Transaction ID=order|Date=date|Customer ID=customer|Gender=gender|Age=age|Product Category=category|"
        "Quantity=quantity|Price per Unit=price|Total Amount=amount"
    ),
    "en shopping": (
        "invoice_no=order|customer_id=customer|gender=gender|age=age|category=category|quantity=quantity|"
        "price=price|payment_method=payment|invoice_date=date|shopping_mall=shop"
    ),
    "en profile": (
        "Customer ID=customer|Date of Birth=birth|Registration Date=joined|Order ID=order|Order Date=date|"
        "Delivery Date=later|Total=amount|Shipping Total=shipping|Tax=tax|Country=country"
    ),
    "en email": (
        "Email Address=customer|First Name=first|Last Name=person|Purchased At=date|Order Number=order|"
        "Item=product_name|SKU=product|Units=quantity|Line Total=amount|Discount Code=text|Zip=zip"
    ),
    "en dressed names": (
        "Order Date (UTC)=date|Customer Email=customer|Unit Price (USD)=price|Qty.=quantity|Order #=order|"
        "Product Title=product_name|Sales Tax=tax|Item Weight (kg)=weight"
    ),
    "en two currencies": (
        "order_id=order|customer_id=customer|order_date=date|currency=currency|amount=amount|"
        "amount_usd=converted_amount|tax_amount=tax|city=city"
    ),
    "en converted": (
        "Transaction ID=order|Client ID=customer|Transaction Date=date|Amount=amount|Currency Code=currency|"
        "Amount in base currency=converted_amount|Fee=tax|Client Phone=phone"
    ),
    "en order total": (
        "Order ID=order|Customer ID=customer|Order Date=date|SKU=product|Quantity=quantity|Unit Price=price|"
        "Order Total=order_total|Shipping Cost=shipping"
    ),
    "en prefixed": (
        "cust_id=customer|ord_no=order|trans_date=date|prod_id=product|prod_desc=product_name|prod_cat=category|"
        "qty_sold=quantity|tot_amt=amount|disc_amt=discount|tax_amt=tax|store_nbr=shop"
    ),
    "en sales": (
        "SalesOrderNumber=order|OrderDate=date|DueDate=later|ShipDate=later|CustomerKey=customer|"
        "ProductKey=product|OrderQuantity=quantity|UnitPrice=price|SalesAmount=amount|TaxAmt=tax|"
        "Freight=shipping|PromotionKey=shop"
    ),
    "en loyalty": (
        "loyalty_card_number=customer|lylty_points=age|TXN_ID=order|DATE=date|STORE_NBR=shop|PROD_NBR=product|"
        "PROD_NAME=product_name|PROD_QTY=quantity|TOT_SALES=amount"
    ),
    "en brazilian style": (
        "order_id=order|customer_unique_id=customer|order_purchase_timestamp=date|order_delivered_date=later|"
        "payment_value=amount|freight_value=shipping|customer_state=city"
    ),
    "en ebay": (
        "Sales Record Number=row|Order Number=order|Buyer Username=person|Buyer Name=person|Buyer Email=customer|"
        "Buyer City=city|Buyer Country=country|Item Number=product|Item Title=product_name|Custom Label=text|"
        "Quantity=quantity|Sold For=price|Shipping And Handling=shipping|eBay Collected Tax=tax|"
        "Payment Method=payment|Sale Date=date|Paid On Date=later|Ship By Date=later|Shipped On Date=later|"
        "Feedback Left=flag"
    ),
    "en etsy": (
        "Sale Date=date|Item Name=product_name|Buyer=person|Quantity=quantity|Price=price|Coupon Code=text|"
        "Discount Amount=discount|Shipping Discount=discount|Order Shipping=shipping|Order Sales Tax=tax|"
        "Currency=currency|Transaction ID=row|Listing ID=product|Date Paid=later|Date Shipped=later|"
        "Ship Name=person|Ship City=city|Ship Country=country|Order ID=order|Buyer User ID=customer"
    ),
    "en square": (
        "Date=date|Time=text|Gross Sales=amount|Discounts=discount|Tax=tax|Tip=discount|Transaction ID=order|"
        "Card Brand=payment|Staff Name=person|Description=product_name|Customer ID=customer|Customer Name=person|"
        "Fees=tax"
    ),
    "en paypal": (
        "Date=date|Name=person|Type=segment|Status=status|Currency=currency|Gross=amount|Fee=tax|"
        "From Email Address=customer|Transaction ID=order|Shipping Address=street|Item Title=product_name|"
        "Country=country"
    ),
    "en dw": (
        "fact_sales_key=row|customer_key=customer|date_key=date|product_key=product|basket_id=order|"
        "units_sold=quantity|net_sales=amount|cost_of_goods=listed|margin=profit|store_key=shop"
    ),
    "en donations": "Donor ID=customer|Donation Date=date|Amount=amount|Campaign=segment|Phone=phone",
    "en member": "member_id=customer|visit_date=later|purchase_date=date|receipt_no=order|spend=amount|postcode=zip",
    "en rental": (
        "Booking ID=order|Guest ID=customer|Booking Date=date|Check-in Date=later|Total Price=amount|Nights=age"
    ),
    "en retail case": (
        "transaction_id=order|cust_id=customer|tran_date=date|prod_subcat_code=age|prod_cat_code=category|"
        "Qty=quantity|Rate=price|Tax=tax|total_amt=amount|Store_type=segment"
    ),
    "en three columns": "customer_id=customer|trans_date=date|tran_amount=amount",
    "en marketing": (
        "CustomerID=customer|Transaction_ID=order|Transaction_Date=date|Product_SKU=product|"
        "Product_Description=product_name|Product_Category=category|Quantity=quantity|Avg_Price=price|"
        "Delivery_Charges=shipping|Coupon_Status=text"
    ),
    "en magento lines": (
        "item_id=row|status=status|created_at=date|sku=product|price=price|qty_ordered=quantity|"
        "grand_total=order_total|increment_id=order|category_name_1=category|discount_amount=discount|"
        "payment_method=payment|Working Date=later|Customer Since=joined|Customer ID=customer"
    ),
    "en subscriptions": (
        "msno=customer|payment_method_id=shop|payment_plan_days=age|plan_list_price=listed|"
        "actual_amount_paid=amount|is_auto_renew=flag|transaction_date=date|membership_expire_date=later|"
        "is_cancel=flag"
    ),
    "en analytics": (
        "fullVisitorId=customer|visitStartTime=later|date=date|transactionId=order|transactionRevenue=amount|"
        "transactionShipping=shipping|geoNetwork_country=country"
    ),
    "en company": "Company=customer|Invoice Number=order|Invoice Date=date|Due Date=later|Net Amount=amount|VAT=tax",
    "en shopify report": (
        "Order Date=date|Order Name=order|Customer Email=customer|Customer First Name=first|"
        "Product Type=category|Product Title=product_name|Variant SKU=product|Net Quantity=quantity|"
        "Gross Sales=order_total|Discounts=discount|Returns=discount|Net Sales=amount|Shipping=shipping|"
        "Taxes=tax|Total Sales=listed"
    ),
    "en transaction": (
        "TransactionNo=order|Date=date|ProductNo=product|ProductName=product_name|Price=price|Quantity=quantity|"
        "CustomerNo=customer|Country=country"
    ),
    "en vat": (
        "Order No=order|Customer=customer|Country=country|Date Placed=date|Currency=currency|"
        "Total (incl. VAT)=amount|VAT=tax|Paid?=flag"
    ),
    "en events": "Timestamp=date|UserID=customer|ItemID=product|Event=status|TransactionID=order|Price=price",
    "en returns": (
        "Purchase Date=date|Customer Name=customer|Age=age|Product Price=price|Quantity=quantity|"
        "Total Purchase Amount=amount|Payment Method=payment|Returns=flag|Product Category=category|Gender=gender"
    ),
    "en net": (
        "customer=customer|first_order=joined|order_created=date|order_reference=order|net=amount|vat=tax|"
        "gross=order_total|ccy=currency"
    ),
    "en bare": "ID=customer|Date=date|Amount=amount",
    "en receivables": (
        "Customer Number=customer|Trx Date=date|Trx Type=status|Trx Number=order|Amount Due Original=amount|"
        "Amount Due Remaining=listed|Due Date=later"
    ),
    "en till": (
        "LoyaltyID=customer|StoreID=shop|TillReceipt=order|SaleDateTime=date|EAN13=product|Descr=product_name|"
        "Qty=quantity|LineValue=amount"
    ),
    "en hashed": (
        "hash_email=customer|order_ref=order|placed_on=date|basket_value=amount|items=quantity|postcode=zip|opt_in=flag"
    ),
    "en rentals": (
        "rental_date=date|inventory_id=zip|customer_id=customer|return_date=later|staff_id=shop|amount=amount|"
        "payment_date=later"
    ),
    "en short": "ship_date=later|order_ts=date|acct_id=customer|part_no=product|qty=quantity|ext_price=amount",
}
"""Exports of shops, tills and databases that are recognised by names and values alone."""
