"""Header rows in eight other languages, written as `header_rows` says."""

from __future__ import annotations

LANGUAGES = {
    "de": (
        "Bestellnummer=order|Bestelldatum=date|Kundennummer=customer|Vorname=first|Nachname=person|"
        "Geburtsdatum=birth|Telefon=phone|PLZ=zip|Ort=city|Land=country|Artikelnummer=product|"
        "Artikelname=product_name|Menge=quantity|Einzelpreis=price|Rabatt=discount|MwSt=percent|"
        "Versandkosten=shipping|Währung=currency|Status=status"
    ),
    "de JTL": (
        "Auftragsnummer=order|Auftragsdatum=date|Kundennummer=customer|Firma=empty|Anrede=gender|E-Mail=email|"
        "Ort=city|Land (Rechnungsadresse)=country|Artikelnummer=product|Artikelname=product_name|Anzahl=quantity|"
        "VK Brutto=price|Rabatt %=discount|EK Netto=listed|Währung=currency|Versanddatum=later"
    ),
    "de folded": (
        "KUNDEN_NR=customer|BELEG_NR=order|BELEGDATUM=date|ARTIKEL_NR=product|BEZEICHNUNG=product_name|"
        "STUECKZAHL=quantity|STUECKPREIS=price|UMSATZ=amount|WAEHRUNG=currency|LIEFERDATUM=later|FILIALE=shop"
    ),
    "de total": (
        "Rechnungsnr.=order|Rechnungsdatum=date|Kunden-Nr.=customer|Kundenname=person|Warengruppe=category|"
        "Gesamtpreis (EUR)=amount|Steuer=tax|Zahlungsart=payment|Lieferdatum=later"
    ),
    "de receipt": (
        "Bonnummer=order|Kassennummer=shop|Datum=date|Kunde=customer|Artikel=product:product_name|"
        "Anzahl=quantity|Preis=price|Summe=amount"
    ),
    "de shop": (
        "Pos.=position|Bestell-Nr.=order|bestellt am=date|versendet am=later|Kunden-E-Mail=customer|"
        "Produktbezeichnung=product_name|Stück=quantity|Preis pro Stück=price|Bestellstatus=status"
    ),
    "fr": (
        "N° commande=order|Date de commande=date|Date de livraison=later|Numéro client=customer|Nom=person|"
        "Ville=city|Code postal=zip|Pays=country|Référence produit=product|Désignation=product_name|Qté=quantity|"
        "Prix unitaire TTC=price|Remise=discount|TVA=tax|Frais de port=shipping|Devise=currency|Statut=status"
    ),
    "fr folded": (
        "Num commande=order|Date commande=date|Code client=customer|Telephone=phone|Date de naissance=birth|"
        "Famille=category|Libelle produit=product_name|Quantite=quantity|Montant HT=amount|Montant TVA=tax"
    ),
    "fr invoice": (
        "Facture=order|Date facture=date|Client=customer|Article=product:product_name|Quantité=quantity|"
        "PU HT=price|Total ligne HT=amount|Échéance=later"
    ),
    "fr camel": (
        "idClient=customer|dateAchat=date|montantTotal=amount|idCommande=order|ville=city|dateInscription=joined"
    ),
    "fr email": (
        "Référence commande=order|Adresse e-mail=customer|Prénom=first|Téléphone=phone|Créé le=date|"
        "Mis à jour le=later|Montant TTC=amount|Moyen de paiement=payment|Pays de livraison=country"
    ),
    "es": (
        "Número de pedido=order|Fecha de pedido=date|Fecha de entrega=later|ID cliente=customer|Nombre=person|"
        "Teléfono=phone|Ciudad=city|País=country|Código producto=product|Descripción=product_name|"
        "Cantidad=quantity|Precio unitario=price|Descuento=discount|IVA=percent|Gastos de envío=shipping|"
        "Moneda=currency|Estado=status"
    ),
    "es folded": (
        "No Factura=order|Fecha factura=date|Cod cliente=customer|Fecha nacimiento=birth|"
        "Articulo=product:product_name|Categoria=category|Cantidad=quantity|Importe=amount|Impuesto=tax|"
        "Vendedor=shop"
    ),
    "es mexico": (
        "Folio=order|Fecha=date|Cliente=customer|Producto=product:product_name|Cantidad=quantity|Precio=price|"
        "Importe total=amount|Sucursal=shop|RFC=text"
    ),
    "es snake": (
        "id_venta=order|id_cliente=customer|fecha_venta=date|id_producto=product|cantidad=quantity|"
        "monto_total=amount|metodo_pago=payment|ciudad=city"
    ),
    "it": (
        "Numero ordine=order|Data ordine=date|Data spedizione=later|Codice cliente=customer|Nome=first|"
        "Cognome=person|Città=city|CAP=zip|Paese=country|Codice articolo=product|Descrizione=product_name|"
        "Quantità=quantity|Prezzo unitario=price|Sconto=discount|IVA=percent|Spese di spedizione=shipping|"
        "Valuta=currency|Stato ordine=status"
    ),
    "it folded": (
        "N. fattura=order|Data fattura=date|Cliente=customer|Prodotto=product:product_name|Categoria=category|"
        "Quantita=quantity|Importo=amount|Imposta=tax|Telefono=phone"
    ),
    "it snake": (
        "id_ordine=order|id_cliente=customer|data_acquisto=date|data_nascita=birth|id_prodotto=product|"
        "quantita=quantity|prezzo=price|totale_riga=amount"
    ),
    "it receipt": (
        "Scontrino=order|Data=date|Codice tessera=customer|Reparto=category|Pezzi=quantity|Importo=amount|Negozio=shop"
    ),
    "pt": (
        "Número do pedido=order|Data do pedido=date|Data de entrega=later|Código do cliente=customer|Nome=person|"
        "Cidade=city|CEP=zip|País=country|Código do produto=product|Descrição=product_name|Quantidade=quantity|"
        "Preço unitário=price|Desconto=discount|Imposto=tax|Frete=shipping|Moeda=currency|Situação=status"
    ),
    "pt folded": (
        "Nota Fiscal=order|Data emissao=date|CPF=customer|Data de nascimento=birth|Produto=product:product_name|"
        "Qtde=quantity|Valor unitario=price|Valor total=amount|Loja=shop"
    ),
    "pt portugal": (
        "Nº encomenda=order|Data da encomenda=date|ID do cliente=customer|Telefone=phone|"
        "Artigo=product:product_name|Categoria=category|Qtd=quantity|Montante=amount|IVA=tax|"
        "Estado da encomenda=status"
    ),
    "pt snake": (
        "id_venda=order|id_cliente=customer|data_venda=date|id_produto=product|quantidade=quantity|"
        "valor_venda=amount|forma_pagamento=payment"
    ),
    "nl": (
        "Ordernummer=order|Orderdatum=date|Leverdatum=later|Klantnummer=customer|Naam=person|Plaats=city|"
        "Postcode=zip|Land=country|Artikelnummer=product|Artikelomschrijving=product_name|Aantal=quantity|"
        "Stukprijs=price|Korting=discount|BTW=percent|Verzendkosten=shipping|Valuta=currency|Orderstatus=status"
    ),
    "nl invoice": (
        "Factuurnummer=order|Factuurdatum=date|Vervaldatum=later|Klant=customer|Telefoon=phone|"
        "Productgroep=category|Totaalbedrag=amount|BTW bedrag=tax"
    ),
    "nl snake": (
        "klant_id=customer|bestelling_id=order|besteldatum=date|geboortedatum=birth|productnaam=product_name|"
        "aantal=quantity|prijs=price|regeltotaal=amount"
    ),
    "pl": (
        "Numer zamówienia=order|Data zamówienia=date|Data wysyłki=later|ID klienta=customer|"
        "Imię i nazwisko=person|Miasto=city|Kod pocztowy=zip|Kraj=country|Kod produktu=product|"
        "Nazwa produktu=product_name|Ilość=quantity|Cena jednostkowa=price|Rabat=discount|Podatek VAT=tax|"
        "Koszt dostawy=shipping|Waluta=currency|Status zamówienia=status"
    ),
    "pl folded": (
        "Nr paragonu=order|Data sprzedazy=date|Nr klienta=customer|Data urodzenia=birth|"
        "Towar=product:product_name|Kategoria=category|Ilosc=quantity|Wartosc brutto=amount|Telefon=phone"
    ),
    "pl snake": (
        "id_zamowienia=order|id_klienta=customer|data_zakupu=date|nazwa_produktu=product_name|"
        "liczba_sztuk=quantity|cena=price|kwota=amount"
    ),
    "ru": (
        "Номер заказа=order|Дата заказа=date|Дата доставки=later|ID клиента=customer|ФИО=person|Город=city|"
        "Индекс=zip|Страна=country|Артикул=product|Наименование товара=product_name|Количество=quantity|"
        "Цена=price|Скидка=discount|НДС=tax|Стоимость доставки=shipping|Валюта=currency|Статус заказа=status"
    ),
    "ru receipt": (
        "Номер чека=order|Дата покупки=date|Номер карты=customer|Дата рождения=birth|Товар=product:product_name|"
        "Категория товара=category|Кол-во=quantity|Сумма=amount|Магазин=shop"
    ),
    "ru snake": (
        "№ заказа=order|дата=date|клиент=customer|телефон=phone|группа_товаров=category|количество=quantity|"
        "сумма_заказа=amount"
    ),
    "de invoice": (
        "Rechnung Nr=order|Datum=date|Kunde Nr=customer|Kunde Name=person|Artikel Nr=product|"
        "Artikel Bezeichnung=product_name|Menge=quantity|VK-Preis netto=price|Betrag netto=amount|USt.=tax|"
        "Vertreter=shop"
    ),
    "es ticket": (
        "Fecha de la venta=date|Nº de factura=order|Cliente ID=customer|Nombre del cliente=person|SKU=product|"
        "Nombre del artículo=product_name|Uds.=quantity|PVP unitario=price|Total línea=amount|Tienda=shop"
    ),
    "fr till": (
        "Date commande;=date|Réf. commande=order|Id client=customer|Libellé article=product_name|"
        "Quantité vendue=quantity|Montant TTC (€)=amount|Magasin=shop|Date de création du compte=joined"
    ),
    "ru loyalty": (
        "Дата и время чека=date|Код магазина=shop|Номер чека=order|Код карты клиента=customer|Код товара=product|"
        "Количество, шт=quantity|Сумма, \u0440\u0443\u0431.=amount"
    ),
    "pt till": (
        "Data e hora da compra=date|ID da compra=order|Cliente (ID)=customer|Produto=product:product_name|"
        "Qtd.=quantity|Valor (R$)=amount|Vendedor=shop"
    ),
    "pl login": (
        "Data transakcji=date|Nr transakcji=order|Login klienta=customer|Produkt=product:product_name|"
        "Ilość szt.=quantity|Cena brutto=price|Wartość=amount"
    ),
    "nl shop": (
        "Bestel­datum=date|Klantnr.=customer|Bestelnr.=order|Artikelcode=product|Omschrijving=product_name|"
        "Aantal=quantity|Prijs per stuk (€)=price|Totaal=amount"
    ),
    "it till": "Codice Fiscale=customer|Data Acquisto=date|Totale (€)=amount|Nr. Scontrino=order|Sede=shop",
    "de snake": (
        "kunden_id=customer|bestell_id=order|zeitstempel=date|produkt=product:product_name|stk=quantity|"
        "preis_eur=price|versand_eur=shipping"
    ),
    "ru report": (
        "Клиент=customer|Период=date|Номенклатура=product:product_name|Количество=quantity|Продажи=amount|"
        "Себестоимость=listed"
    ),
    "es till": (
        "Ticket=order|Fecha Hora=date|Socio=customer|Articulo=product:product_name|Familia=category|"
        "Cant.=quantity|P.V.P.=price|Dto.=discount|Importe=amount"
    ),
}
"""Exports of shops and tills that are recognised by names and values alone."""
