"""Header rows of exports that are known by sight, written as `header_rows` says."""

from __future__ import annotations

SYSTEMS = {
    "UCI": (
        "InvoiceNo=order|StockCode=product|Description=product_name|Quantity=quantity|InvoiceDate=date|"
        "UnitPrice=price|CustomerID=customer|Country=country"
    ),
    "UCI II": (
        "Invoice=order|StockCode=product|Description=product_name|Quantity=quantity|InvoiceDate=date|Price=price|"
        "Customer ID=customer|Country=country"
    ),
    "Shopify full": (
        "Name=order|Email=customer|Financial Status=status|Paid at=later|Fulfillment Status=payment|"
        "Fulfilled at=later|Accepts Marketing=flag|Currency=currency|Subtotal=order_total|Shipping=shipping|"
        "Taxes=tax|Total=order_total|Discount Code=text|Discount Amount=discount|Shipping Method=payment|"
        "Created at=date|Lineitem quantity=quantity|Lineitem name=product_name|Lineitem price=price|"
        "Lineitem compare at price=listed|Lineitem sku=product|Lineitem requires shipping=flag|"
        "Lineitem taxable=flag|Lineitem fulfillment status=payment|Billing Name=person|Billing Street=street|"
        "Billing City=city|Billing Zip=zip|Billing Country=country|Billing Phone=phone|Shipping Name=person|"
        "Shipping City=city|Shipping Zip=zip|Shipping Country=segment|Notes=text|Cancelled at=empty|"
        "Payment Method=payment|Refunded Amount=discount|Vendor=category|Id=row|Tags=text|Risk Level=text|"
        "Source=payment|Phone=phone"
    ),
    "Shopify without prices": (
        "Name=order|Email=customer|Created at=date|Total=amount|Refunded Amount=discount|Currency=currency|"
        "Financial Status=status|Lineitem name=product_name|Lineitem quantity=quantity"
    ),
    "WooCommerce items": (
        "Order Number=order|Order Status=status|Order Date=date|Customer Note=text|First Name (Billing)=first|"
        "Last Name (Billing)=person|Company (Billing)=empty|City (Billing)=city|Postcode (Billing)=zip|"
        "Country Code (Billing)=country|Email (Billing)=customer|Phone (Billing)=phone|"
        "Shipping Method Title=payment|Cart Discount Amount=discount|Order Subtotal Amount=order_total|"
        "Order Shipping Amount=shipping|Order Total Amount=order_total|Order Total Tax Amount=tax|SKU=product|"
        "Item #=position|Item Name=product_name|Quantity=quantity|Item Cost=price|Coupon Code=text|"
        "Discount Amount=discount"
    ),
    "WooCommerce suite": (
        "order_id=row|order_number=order|order_date=date|paid_date=later|status=status|shipping_total=shipping|"
        "shipping_tax_total=tax|fee_total=discount|tax_total=tax|cart_discount=discount|order_total=amount|"
        "order_subtotal=order_total|order_currency=currency|payment_method=payment|transaction_id=row|"
        "customer_ip_address=text|customer_id=age|customer_user=age|customer_email=customer|"
        "billing_first_name=first|billing_city=city|billing_country=country|shipping_country=segment"
    ),
    "WooCommerce analytics": (
        "Date=date|Order #=order|N. Revenue (formatted)=text|N. Revenue=amount|Status=status|Customer=customer|"
        "Customer type=segment|Product(s)=product_name|Items sold=quantity|Coupon(s)=text|Attribution=text"
    ),
    "Stripe": (
        "id=order|Description=product_name|Seller Message=text|Created (UTC)=date|Amount=amount|"
        "Amount Refunded=discount|Currency=currency|Converted Amount=converted_amount|"
        "Converted Amount Refunded=discount|Fee=tax|Tax=tax|Converted Currency=text|Mode=text|Status=status|"
        "Statement Descriptor=text|Customer ID=customer|Customer Description=person|Customer Email=email|"
        "Captured=flag|Card ID=row|Card Last4=age|Card Brand=payment|Card Name=person|Card Address City=city|"
        "Card Address Country=country|Disputed Amount=empty|Dispute Date (UTC)=empty|Invoice ID=empty"
    ),
    "Amazon order report": (
        "order-id=order|order-item-id=row|purchase-date=date|payments-date=later|buyer-email=customer|"
        "buyer-name=person|buyer-phone-number=phone|sku=product|product-name=product_name|"
        "quantity-purchased=quantity|currency=currency|item-price=amount|item-tax=tax|shipping-price=shipping|"
        "shipping-tax=tax|ship-service-level=payment|recipient-name=person|ship-address-1=street|ship-city=city|"
        "ship-postal-code=zip|ship-country=country|ship-phone-number=phone|sales-channel=shop"
    ),
    "Amazon shipments": (
        "amazon-order-id=order|merchant-order-id=empty|shipment-id=row|purchase-date=date|payments-date=later|"
        "shipment-date=later|reporting-date=later|buyer-email=customer|buyer-name=person|sku=product|"
        "product-name=product_name|quantity-shipped=quantity|currency=currency|item-price=amount|item-tax=tax|"
        "shipping-price=shipping|gift-wrap-price=discount|ship-city=city|ship-country=country"
    ),
    "Amazon business": (
        "Order Date=date|Order ID=order|Title=product_name|Category=category|ASIN/ISBN=product|UNSPSC Code=zip|"
        "Website=text|Release Date=joined|Condition=text|Seller=shop|List Price Per Unit=listed|"
        "Purchase Price Per Unit=listed|Quantity=quantity|Payment Instrument Type=payment|"
        "Purchase Order Number=row|Ordering Customer Email=customer|Shipment Date=later|"
        "Shipping Address City=city|Order Status=status|Item Subtotal=order_total|Item Subtotal Tax=tax|"
        "Item Total=amount|Buyer Name=person|Currency=currency"
    ),
    "Open e-commerce": (
        "Order Date=date|Purchase Price Per Unit=price|Quantity=quantity|Shipping Address State=city|"
        "Title=product_name|ASIN/ISBN (Product Code)=product|Category=category|Survey ResponseID=customer"
    ),
    "REES46": (
        "event_time=date|event_type=status|product_id=product|category_id=zip|category_code=category|"
        "brand=segment|price=amount|user_id=customer|user_session=order"
    ),
    "REES46 purchases": (
        "event_time=date|order_id=order|product_id=product|category_id=zip|category_code=category|brand=segment|"
        "price=amount|user_id=customer"
    ),
    "H&M": "t_dat=date|customer_id=customer|article_id=product|price=amount|sales_channel_id=shop",
    "CDNOW": "customer_id=customer|date=date|number_of_cds=quantity|dollar_value=amount",
    "Ta-Feng": (
        "TRANSACTION_DT=date|CUSTOMER_ID=customer|AGE_GROUP=age|PIN_CODE=zip|PRODUCT_SUBCLASS=category|"
        "PRODUCT_ID=product|AMOUNT=quantity|ASSET=listed|SALES_PRICE=amount"
    ),
    "Ta-Feng original": (
        "日期=date|會員卡號=customer|年齡=age|區域=city|商品分類=category|商品編碼=product|數量=quantity|成本=listed|銷售=amount"
    ),
    "X5": (
        "client_id=customer|transaction_id=order|transaction_datetime=date|regular_points_received=discount|"
        "purchase_sum=order_total|store_id=shop|product_id=product|product_quantity=quantity|"
        "trn_sum_from_iss=amount|trn_sum_from_red=empty"
    ),
    "Valued Shoppers": (
        "id=customer|chain=shop|dept=age|category=category|company=product|brand=segment|date=date|"
        "productsize=weight|productmeasure=segment|purchasequantity=quantity|purchaseamount=amount"
    ),
    "Superstore": (
        "Row ID=row|Order ID=order|Order Date=date|Ship Date=later|Ship Mode=payment|Customer ID=customer|"
        "Customer Name=person|Segment=segment|Country=country|City=city|State=city|Postal Code=zip|Region=shop|"
        "Product ID=product|Category=category|Sub-Category=segment|Product Name=product_name|Sales=amount|"
        "Quantity=quantity|Discount=discount|Profit=profit"
    ),
    "completejourney": (
        "household_id=customer|store_id=shop|basket_id=order|product_id=product|quantity=quantity|"
        "sales_value=amount|retail_disc=discount|coupon_disc=discount|coupon_match_disc=discount|week=age|"
        "transaction_timestamp=date"
    ),
    "Sort-of-Real": (
        "SHOP_WEEK=age|SHOP_DATE=date|SHOP_WEEKDAY=shop|SHOP_HOUR=age|QUANTITY=quantity|SPEND=amount|"
        "PROD_CODE=product|PROD_CODE_10=zip|PROD_CODE_40=category|CUST_CODE=customer|"
        "CUST_PRICE_SENSITIVITY=segment|CUST_LIFESTAGE=segment|BASKET_ID=order|BASKET_SIZE=text|BASKET_TYPE=text|"
        "STORE_CODE=shop|STORE_REGION=city"
    ),
    "Olist": (
        "order_id=order|customer_id=row|order_status=status|order_purchase_timestamp=date|"
        "order_approved_at=later|order_delivered_customer_date=later|order_estimated_delivery_date=later|"
        "order_item_id=position|product_id=product|seller_id=shop|shipping_limit_date=later|price=amount|"
        "freight_value=shipping|payment_value=order_total|customer_unique_id=customer|"
        "customer_zip_code_prefix=zip|customer_city=city|product_category_name=category|product_weight_g=weight|"
        "review_score=percent"
    ),
    "Magento grid": (
        "ID=order|Purchase Point=shop|Purchase Date=date|Bill-to Name=person|Ship-to Name=person|"
        "Grand Total (Base)=converted_amount|Grand Total (Purchased)=amount|Status=status|Billing Address=street|"
        "Shipping Address=street|Shipping Information=payment|Customer Email=customer|Customer Group=segment|"
        "Subtotal=order_total|Shipping and Handling=shipping|Customer Name=person|Payment Method=payment|"
        "Total Refunded=discount"
    ),
    "Magento table": (
        "entity_id=row|increment_id=order|state=payment|status=status|customer_id=customer|customer_email=email|"
        "created_at=date|updated_at=later|base_grand_total=converted_amount|grand_total=amount|"
        "base_currency_code=text|order_currency_code=currency|shipping_amount=shipping|tax_amount=tax|"
        "total_qty_ordered=age"
    ),
    "PrestaShop grid": (
        "ID=row|Reference=order|New client=flag|Delivery=country|Customer=customer|Total=amount|Payment=payment|"
        "Status=status|Date=date"
    ),
    "PrestaShop tables": (
        "id_order=order|reference=text|id_customer=customer|id_lang=shop|id_currency=percent|"
        "current_state=status|date_add=date|date_upd=later|product_id=row|product_reference=product|"
        "product_name=product_name|product_quantity=quantity|unit_price_tax_incl=price|"
        "total_price_tax_incl=amount|total_paid=order_total|total_shipping=shipping"
    ),
    "Shopware 5": (
        "orderId=row|orderDetailId=row|number=order|customerId=customer|status=status|cleared=percent|"
        "orderTime=date|invoiceAmount=order_total|invoiceAmountNet=order_total|invoiceShipping=shipping|"
        "currency=currency|articleNumber=product|articleName=product_name|price=price|quantity=quantity|"
        "taxRate=percent|customerEmail=email|billingCountry=country|billingCity=city"
    ),
}
"""Exports known by sight."""
