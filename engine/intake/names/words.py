"""Words of which names of columns are made, in all languages: for names that no list holds, such as `Login klienta`."""

from __future__ import annotations

CUSTOMERS = """
    customer client buyer user member shopper account household guest donor consumer subscriber patron loyalty cli
    patient rider passenger
    kunde kunden käufer nutzer benutzer besteller mitglied debitor auftraggeber
    client acheteur adhérent utilisateur fidélité cliente comprador usuario socio acquirente utente tessera
    consumidor utilizador usuário klant klanten koper klienta klient kupującego nabywcy kontrahenta użytkownika
    клиент клиента покупатель покупателя пользователь пользователя контрагента заказчика
"""
ORDERS = """
    order invoice receipt transaction basket ticket sale sales purchase bill booking checkout cart rental ord
    bestellung bestell auftrag auftrags rechnung rechnungs beleg bon kauf verkauf kassenbon vorgang
    commande facture achat vente panier reçu pedido factura fac fact venta compra orden boleta recibo
    ordine fattura scontrino vendita acquisto ricevuta encomenda fatura venda fiscal
    bestelling factuur aankoop verkoop zamówienia zamówienie faktury paragonu sprzedaży transakcji zakupu
    заказ заказа чек чека покупка покупки продажа продажи накладной транзакции счета
"""
PRODUCTS = """
    product item article stock material goods variant sku lineitem ean upc gtin art
    artikel artikels produkt produkts ware waren produit article producto artículo prodotto articolo produto artigo
    produktu towar towaru artykułu товар товара продукт продукта номенклатуры
"""
IDENTIFIERS = """
    id number no code key ref reference login hash uid guid uuid identifier hashed hashid
    nummer nr num kennung schlüssel numéro n identifiant réf référence número nro código cod clave identificador cd
    numero codice identificativo riferimento numer kod identyfikator номер код ид идентификатор
"""
CONTACTS = "email mail emails courriel correo почта"
DATES = """
    date datetime timestamp time day datum zeitpunkt zeit uhrzeit jour heure horodatage fecha fch hora data ora czas
    tijd tijdstip дата время
"""
MONEY = """
    total amount value sum revenue sales turnover spend betrag summe wert umsatz gesamtpreis gesamt erlös
    montant total importe monto valor totale importo bedrag totaal omzet kwota wartość suma сумма стоимость выручка
    receita faturado montante somma imp vl vlr
"""
PRICES = "price preis prix precio prezzo preço prijs cena цена pvp pv vk pu"
QUANTITIES = """
    quantity qty units menge anzahl stückzahl quantité qté cantidad quantità quantidade qtde qtd aantal ilość liczba
    cant qt qta qte количество
"""
TITLES = """
    name title description label bezeichnung name titel beschreibung nom libellé désignation intitulé nombre
    descripción nome descrizione descrição naam omschrijving nazwa opis наименование название описание
"""
STATES = "status state statut estado stato état stan статус состояние"
SMALL = """
    de del des du d da do dos das di della dell dello degli la le l el of the a an per pro van der den von i y e et и в
"""
"""Small words that say nothing."""
PLAIN = """
    line lines row unit units each item paid final ext extended net gross due brutto netto bruto neto un ud uds sell
    ttc ht pcs pieces stk szt шт \u0440\u0443\u0431
    ligne línea riga linha unitario unitaire unitário jednostkowa pro stück zeile position ordered sold ligne vendue
    vendida venduta vendido verkauft commandée pedida за штуку единицу одну r rs usd eur gbp kg
"""
"""Words that may stand beside a quantity, a price or an amount without changing what it is."""
OTHER_PEOPLE = (
    "seller vendor store staff admin employee agent merchant reply supplier manager verkaufer vendeur vendedor"
)
"""People whose addresses and numbers are no customer's."""
