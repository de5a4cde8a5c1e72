"""The names under which shops export the columns that an analysis needs, by role, the surest first.

Names are compared as `normalise` writes them: lower case, words apart, accents kept.
"""

from __future__ import annotations

import re

NAMES: dict[str, tuple[str, ...]] = {
    "customer": (
        "customer id", "customer number", "customer no", "customer key", "customer code", "client id", "user id", "member id", "buyer id",
        "account id", "shopper id", "visitor id", "household id", "household key", "msno", "card id", "customer", "customer email", "email",
        "client", "user", "buyer", "kundennummer", "kunden id", "kunde", "numéro client", "id client", "cliente", "id cliente", "klant id", "klantnummer",
        "id klienta", "klient", "contact id", "person id",
    ),
    "order": (
        "order id", "order number", "order no", "invoice no", "invoice number", "invoice id", "invoice", "transaction id", "basket id", "receipt id",
        "receipt no", "order", "order name", "name", "session id", "bestellnummer", "auftragsnummer", "rechnungsnummer", "numéro de commande",
        "commande", "id pedido", "pedido", "numero ordine", "ordine", "ordernummer", "id zamówienia", "transaction",
    ),
    "product": (
        "product id", "sku", "stock code", "item id", "article id", "article number", "product code", "product key", "item no", "item code", "lineitem sku",
        "asin", "variant id", "product sku", "ean", "upc", "artikelnummer", "artikel id", "référence", "id producto", "id prodotto", "productnummer", "product",
        "item", "article", "artikel",
    ),
    "product_name": (
        "product name", "lineitem name", "item name", "description", "product title", "title", "article name", "product description", "artikelname",
        "produktname", "bezeichnung", "nom du produit", "nombre del producto", "nome prodotto", "productnaam", "nazwa produktu",
    ),
    "category": (
        "category", "product category", "category name", "category code", "product type", "department", "department name", "product group", "product line",
        "product class", "kategorie", "warengruppe", "catégorie", "categoría", "categoria", "categorie", "kategoria", "category id", "sub category",
    ),
    "date": (
        "order date", "ordered at", "order datetime", "order time", "invoice date", "transaction date", "transaction dt", "purchase date", "order purchase timestamp",
        "created at", "order created at", "order timestamp", "event time", "paid at", "date", "datetime", "timestamp", "time", "t dat", "day", "bestelldatum", "datum", "auftragsdatum",
        "date de commande", "fecha", "fecha pedido", "data", "data ordine", "data do pedido", "orderdatum", "data zamówienia",
    ),
    "quantity": (
        "quantity", "qty", "units", "quantity ordered", "order quantity", "item quantity", "lineitem quantity", "number of cds", "pieces", "amount of items", "count",
        "menge", "anzahl", "quantité", "qté", "cantidad", "quantità", "quantidade", "aantal", "ilość",
    ),
    "price": (
        "unit price", "price", "item price", "price each", "lineitem price", "product price", "selling price", "unit cost", "einzelpreis", "preis", "stückpreis", "prix unitaire",
        "prix", "precio unitario", "precio", "prezzo unitario", "prezzo", "preço unitário", "preço", "stukprijs", "prijs", "cena",
    ),
    "amount": (
        "line total", "line amount", "total price", "amount", "sales", "revenue", "total amount", "net amount", "sales amount", "sales price", "order value", "total sales", "dollar value", "turnover",
        "payment value", "total", "value", "subtotal", "gesamtpreis", "betrag", "umsatz", "summe", "montant", "total ttc", "importe", "importo", "totale", "valor", "valor total",
        "bedrag", "kwota", "wartość",
    ),
}

_CAMEL = re.compile(r"(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_APART = re.compile(r"[\W_]+")


def normalise(name: str) -> str:
    """Write a column's name in lower case, its words apart.

    >>> normalise("InvoiceNo"), normalise("customer_ID"), normalise("Order-Date ")
    ('invoice no', 'customer id', 'order date')
    """
    return _APART.sub(" ", _CAMEL.sub(" ", name)).strip().lower()


def name_score(role: str, name: str) -> float:
    """Rate from 0 to 1 how well a column's name fits a role: a listed name, or one that holds its words.

    >>> name_score("customer", "CustomerID") > name_score("customer", "Customer") > name_score("customer", "Shop") == 0.0
    True
    """
    known = NAMES[role]
    written = normalise(name)
    joined = written.replace(" ", "")
    for place, candidate in enumerate(known):
        if written == candidate or joined == candidate.replace(" ", ""):
            return 1.0 - 0.4 * place / len(known)
    words = f" {written} "
    if any(" " in candidate and f" {candidate} " in words for candidate in known):
        return 0.5
    return 0.0
