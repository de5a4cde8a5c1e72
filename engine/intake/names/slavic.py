"""Names of columns in Polish and Russian, Russian ones also in Latin letters, and a few Chinese ones of open data."""

from __future__ import annotations

POLISH = {
    "customer": """
        id klienta, numer klienta, nr klienta, kod klienta, klient id, identyfikator klienta, id kupującego,
        id użytkownika, login kupującego, id nabywcy, id kontrahenta, kod kontrahenta, numer kontrahenta,
        identyfikator kupującego, id odbiorcy
        / klient, e mail klienta, email klienta, adres e mail, adres email, kupujący, nabywca, kontrahent, użytkownik,
        e mail kupującego
        / nazwa klienta, imię i nazwisko, nazwa kontrahenta, nazwisko klienta
    """,
    "order": """
        id zamówienia, numer zamówienia, nr zamówienia, kod zamówienia, zamówienie id, numer faktury, nr faktury,
        numer paragonu, nr paragonu, id transakcji, numer transakcji, nr transakcji, numer dokumentu, nr dokumentu,
        id faktury, id paragonu, id sprzedaży
        / zamówienie, faktura, paragon, transakcja, koszyk
    """,
    "product": """
        id produktu, kod produktu, numer produktu, indeks produktu, id towaru, kod towaru, symbol produktu,
        symbol towaru, indeks towaru, nr produktu, numer artykułu, produkt id, sku produktu, indeks, kod artykułu,
        id oferty
        / produkt, towar, artykuł, kod kreskowy, symbol
    """,
    "product_name": """
        nazwa produktu, nazwa towaru, nazwa artykułu, opis produktu, tytuł oferty, opis towaru, nazwa przedmiotu
        / nazwa, opis, tytuł
        / produkt, towar, artykuł
    """,
    "category": """
        kategoria, kategoria produktu, grupa towarowa, grupa produktów, dział, rodzaj produktu, kategoria towaru,
        grupa asortymentowa, typ produktu, asortyment
        / podkategoria
        / marka, producent, dostawca
    """,
    "date": """
        data zamówienia, data zakupu, data sprzedaży, data faktury, data transakcji, data złożenia zamówienia,
        czas zamówienia, data wystawienia, data paragonu, data złożenia, data i godzina zamówienia, data dokumentu
        / data, data utworzenia, data i czas, data płatności, utworzono, data czas, data i godzina, data dodania
        / dzień, czas
    """,
    "quantity": """
        ilość, liczba sztuk, ilość sztuk, liczba, zamówiona ilość, ilość zamówiona, ilość sprzedana, sprzedana ilość,
        liczba produktów
        / sztuki, szt
    """,
    "price": """
        cena jednostkowa, cena sprzedaży, cena za sztukę, cena jedn, cena produktu, cena jednostkowa brutto,
        cena jednostkowa netto, cena towaru
        / cena
    """,
    "amount": """
        kwota, wartość, wartość pozycji, wartość brutto, wartość netto, kwota brutto, kwota netto, łączna cena, obrót,
        przychód, sprzedaż, cena łączna, wartość sprzedaży, wartość pozycji brutto, cena razem, cena całkowita
        / suma, razem, wartość zamówienia, kwota zamówienia, suma zamówienia, do zapłaty, łączna kwota, łączna wartość,
        wartość faktury, kwota do zapłaty, zapłacono, kwota transakcji, wartość koszyka
    """,
    "currency": "waluta, kod waluty, waluta zamówienia",
    "status": """
        status, status zamówienia, status płatności, stan zamówienia, status transakcji, stan płatności
        / typ zdarzenia, rodzaj dokumentu
    """,
    "country": "kraj, kod kraju, kraj klienta, kraj rozliczenia, kraj dostawy, państwo, kraj kupującego",
    "converted_amount": "kwota przeliczona, wartość przeliczona, kwota w walucie bazowej, kwota w pln, wartość w pln",
}

RUSSIAN = {
    "customer": """
        id клиента, код клиента, номер клиента, клиент id, id покупателя, код покупателя, id пользователя,
        идентификатор клиента, ид клиента, номер карты, номер карты клиента, код контрагента, id контрагента,
        карта лояльности, номер покупателя, ид покупателя, id klienta, идентификатор покупателя, ид пользователя
        / клиент, покупатель, контрагент, пользователь, email клиента, e mail клиента, эл почта, электронная почта,
        почта, почта клиента, заказчик, карта, klient, pokupatel
        / имя клиента, фио, фио клиента, наименование клиента, телефон клиента
    """,
    "order": """
        номер заказа, id заказа, код заказа, ид заказа, no заказа, заказ id, заказ no, номер чека, id чека, no чека,
        номер счета, номер накладной, номер документа, id транзакции, номер транзакции, id покупки, номер продажи,
        номер покупки, id продажи, идентификатор заказа, ид чека, код чека, nomer zakaza, id zakaza
        / заказ, чек, счет, документ, транзакция, накладная, zakaz
    """,
    "product": """
        артикул, код товара, id товара, номер товара, код продукта, id продукта, ид товара, номенклатурный номер,
        код номенклатуры, товар id, артикул товара, идентификатор товара, ид продукта, artikul
        / товар, продукт, номенклатура, штрихкод, штрих код, tovar
    """,
    "product_name": """
        наименование товара, название товара, наименование, название, наименование продукта, имя товара,
        название продукта, описание товара, наименование номенклатуры
        / описание
        / товар, продукт, номенклатура
    """,
    "category": """
        категория, категория товара, группа товаров, товарная группа, группа товара, вид товара, раздел, тип товара,
        категория продукта, отдел, номенклатурная группа, направление
        / подкатегория, подгруппа
        / бренд, производитель, марка, поставщик
    """,
    "date": """
        дата заказа, дата покупки, дата продажи, дата чека, дата транзакции, время заказа, дата и время заказа,
        дата оформления, дата документа, дата операции, дата оформления заказа, дата время заказа, время покупки,
        дата и время покупки, data zakaza
        / дата, дата создания, дата и время, дата время, создан, время создания, период, дата оплаты, датавремя
        / день, время
    """,
    "quantity": """
        количество, кол во, количество товара, количество товаров, количество штук, колво, кол во товара,
        количество продано, kolichestvo
        / штук, шт, единиц
    """,
    "price": """
        цена, цена за единицу, цена за шт, цена товара, цена продажи, цена за штуку, розничная цена, цена розничная,
        cena za edinicu
    """,
    "amount": """
        сумма, стоимость, сумма продажи, сумма заказа, выручка, сумма по позиции, сумма строки, сумма покупки,
        сумма товара, общая стоимость, стоимость товара, продажи, сумма чека, оборот, сумма позиции, summa, stoimost
        / итого, всего, сумма итого, стоимость заказа, общая сумма, сумма оплаты, оплачено, итоговая сумма, к оплате
    """,
    "currency": "валюта, код валюты, валюта заказа",
    "status": "статус, статус заказа, статус оплаты, состояние, состояние заказа / тип операции, событие, тип события",
    "country": "страна, код страны, страна клиента, страна доставки, страна покупателя",
    "converted_amount": "сумма в валюте учета, пересчитанная сумма, сумма в рублях, сумма в базовой валюте",
}
