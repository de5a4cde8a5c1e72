"""The words that product names are made of: twelve categories, each with a price, its styles and its goods."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Category:
    """One shelf of the shop: every style is sold of every good, as "Oak Desk Lamp".

    `price` is the median price of the shelf, in units of the currency.
    """

    name: str
    price: float
    styles: tuple[str, ...]
    goods: tuple[str, ...]


def _shelf(name: str, price: float, styles: str, goods: str) -> Category:
    """Return a category from its words, parted by commas."""
    return Category(name, price, tuple(styles.split(", ")), tuple(goods.split(", ")))


CATEGORIES = (
    _shelf(
        "Pantry",
        7.0,
        "Organic, Smoked, Wild, Stone-Ground, Roasted, Spiced, Alpine, Coastal, Golden, Dark, Sea-Salt, Honeyed",
        "Oat Flakes, Rye Crackers, Almond Butter, Olive Oil, Espresso Beans, Lentil Soup, Tomato Sauce, Herb Tea, "
        "Rice Mix, Plum Jam, Walnut Granola, Bean Chilli, Cocoa Powder, Apple Vinegar",
    ),
    _shelf(
        "Household",
        10.0,
        "Fresh, Gentle, Citrus, Pine, Extra-Strong, Unscented, Compact, Everyday, Eucalyptus, Refill, Concentrated, "
        "Soft",
        "Dish Soap, Laundry Liquid, Glass Cleaner, Kitchen Roll, Sponge Pack, Bin Bags, Floor Wash, Scrub Brush, "
        "Fabric Softener, Stain Remover, Dust Cloths, Hand Soap, Oven Gel, Drain Cleaner",
    ),
    _shelf(
        "Toys",
        19.0,
        "Wooden, Rainbow, Magnetic, Giant, Pocket, Singing, Jungle, Space, Pirate, Circus, Woodland, Arctic",
        "Puzzle, Train Set, Building Blocks, Marble Run, Dolls House, Memory Game, Spinning Top, Kite, Puppet, "
        "Ring Toss, Farm Set, Drum, Balance Board, Shape Sorter",
    ),
    _shelf(
        "Gifts",
        24.0,
        "Frosted, Velvet, Silver, Starlight, Nordic, Cinnamon, Handmade, Engraved, Ivory, Crimson, Festive, Antique",
        "Candle Set, Photo Frame, Music Box, Keepsake Tin, Snow Globe, Gift Basket, Wreath, Bauble Set, "
        "Table Runner, Scented Sachet, Trinket Dish, Star Garland, Card Set, Lantern",
    ),
    _shelf(
        "Fashion",
        48.0,
        "Linen, Denim, Merino, Striped, Pleated, Cropped, Quilted, Oversized, Tailored, Silk, Corduroy, Floral",
        "Shirt, Wrap Dress, Cardigan, Trousers, Blazer, Midi Skirt, Jumpsuit, Coat, Waistcoat, Blouse, Culottes, "
        "Pullover, Tunic, Parka",
    ),
    _shelf(
        "Shoes",
        68.0,
        "Suede, Canvas, Leather, Woven, Patent, Ankle, Platform, Trail, Classic, Cushioned, Slip-On, Waxed",
        "Sneakers, Loafers, Boots, Sandals, Brogues, Espadrilles, Mules, Clogs, Derby Shoes, Ballerinas, Slippers, "
        "Pumps, Moccasins, Court Shoes",
    ),
    _shelf(
        "Bargain Corner",
        4.0,
        "Assorted, Mini, Neon, Spare, Folding, Clearance, Basic, Travel, Twin-Pack, Budget, Last-Season, Clip-On",
        "Phone Grip, Key Ring, Notepad, Hair Clips, Shoe Laces, Torch, Umbrella, Tote Bag, Water Bottle, Sock Pack, "
        "Luggage Tag, Cable Tie Set, Lunch Box, Sewing Kit",
    ),
    _shelf(
        "Beauty",
        11.0,
        "Rose, Aloe, Charcoal, Coconut, Lavender, Jojoba, Mineral, Oatmeal, Green-Tea, Honey, Vanilla, Argan",
        "Face Mask, Body Lotion, Lip Balm, Shampoo Bar, Bath Salts, Hand Cream, Night Serum, Clay Scrub, Hair Oil, "
        "Cleansing Foam, Nail Care Kit, Foot Balm, Eye Gel, Shower Oil",
    ),
    _shelf(
        "Workshop",
        21.0,
        "Steel, Heavy-Duty, Brass, Galvanised, Industrial, Insulated, Rubber, Carbon, Stainless, Zinc, Reinforced, "
        "Hardened",
        "Bolt Box, Clamp, Drill Bit Set, Cable Reel, Work Gloves, Pipe Fitting, Hinge Pack, Sanding Discs, Ratchet, "
        "Screw Assortment, Bracket, Trolley Wheel, Safety Goggles, Storage Bin",
    ),
    _shelf(
        "Office",
        14.0,
        "Recycled, Oak, Matte, Graphite, A4, Stackable, Ruled, Executive, Clear, Archive, Bamboo, Dual",
        "Desk Lamp, Ring Binder, Paper Ream, Pen Set, Envelope Pack, Label Roll, Letter Tray, Whiteboard, Stapler, "
        "Cash Box, Index Cards, Desk Pad, Toner Cartridge, File Box",
    ),
    _shelf(
        "Electronics",
        58.0,
        "Wireless, Slim, Solar, Rugged, Smart, Foldable, Rapid, Silent, Portable, Retro, Touch, Ultra",
        "Earphones, Charger, Speaker, Webcam, Keyboard, Power Bank, Alarm Clock, Mouse, Headset, Light Strip, "
        "Scale, Radio, Card Reader, Fitness Band",
    ),
    _shelf(
        "Garden",
        32.0,
        "Terracotta, Cedar, Willow, Hanging, Raised, Copper, Climbing, Evergreen, Rustic, Mosaic, Weatherproof, Bronze",
        "Planter, Bird Feeder, Trellis, Watering Can, Hose Reel, Bench, Seed Kit, Fire Bowl, Wind Chime, "
        "Trowel Set, Parasol, Compost Bin, Stepping Stone, Herb Box",
    ),
)
"""About two thousand products: 12 categories x 12 styles x 14 goods."""
