"""Words that columns and cells are called by, in English and Chinese, and what they mean.

A column's name is compared without case, blanks and marks. The first list of a role names it for
certain, the second makes it likely if the name only contains the word.
"""

# ruff: noqa: E501 - a Han character is counted as two columns here, and shown as one and a half

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

Words = tuple[str, ...]

ROLES: Mapping[str, tuple[Words, Words]] = MappingProxyType({
    "order": (
        ("order", "orderid", "orderno", "ordernumber", "invoice", "invoiceno", "invoiceid",
         "receipt", "receiptno", "transactionid", "basketid", "订单", "订单号", "订单编号",
         "单号", "小票号", "流水号", "交易号", "发票号", "单据号"),
        ("orderno", "orderid", "invoiceno", "订单编号", "订单号", "小票号", "单据编号"),
    ),
    "line": (("line", "lineno", "position", "行号", "序号", "pos"), ()),
    "customer": (
        ("customer", "customerid", "customerno", "customernumber", "custid", "client", "clientid",
         "member", "memberid", "memberno", "user", "userid", "account", "accountid", "buyerid",
         "householdid", "会员", "会员号", "会员编号", "会员卡号", "会员id", "客户", "客户号",
         "客户编号", "客户id", "用户id", "用户编号", "顾客编号", "卡号"),
        ("customerid", "customerno", "memberid", "会员号", "客户编号", "会员编号", "用户id"),
    ),
    "time": (
        ("date", "time", "datetime", "timestamp", "orderdate", "orderedat", "invoicedate", "placed",
         "purchasedate", "saledate", "soldat", "transactiondate", "occurredat", "at", "日期",
         "时间", "下单时间", "下单日期", "订单日期", "订单时间", "交易时间", "交易日期", "销售日期",
         "销售时间", "付款时间", "支付时间", "消费时间", "消费日期", "成交时间"),
        ("orderdate", "timestamp", "datetime", "日期", "时间"),
    ),
    "amount": (
        ("amount", "total", "totalamount", "net", "netamount", "sales", "salesvalue", "revenue",
         "value", "ordertotal", "paid", "金额", "实付金额", "实收金额", "实付", "实收", "订单金额",
         "销售额", "成交金额", "支付金额", "总额", "总金额", "消费金额", "小计", "不含税金额"),
        ("amount", "revenue", "金额", "销售额"),
    ),
    "price": (("price", "unitprice", "单价", "售价", "成交价"), ("unitprice", "单价")),
    "quantity": (("quantity", "qty", "units", "pieces", "数量", "件数", "销量"), ("quantity", "数量")),
    "product": (
        ("sku", "product", "productid", "productcode", "stockcode", "item", "itemid", "itemno",
         "article", "商品", "商品编码", "商品编号", "商品号", "货号", "产品编号", "商品id", "条码"),
        ("productid", "stockcode", "商品编码", "商品编号", "货号"),
    ),
    "product_name": (
        ("productname", "description", "itemname", "商品名称", "产品名称", "品名", "商品名"),
        ("productname", "商品名称"),
    ),
    "category": (("category", "range", "department", "类目", "品类", "分类", "类别"), ("category", "类目")),
    "brand": (("brand", "品牌"), ()),
    "list_price": (("listprice", "rrp", "标价", "吊牌价", "原价"), ()),
    "unit_cost": (("cost", "unitcost", "成本", "进价"), ()),
    "discount": (("discount", "优惠", "优惠金额", "折扣", "折扣金额"), ("discount", "优惠金额")),
    "tax": (("tax", "vat", "税额", "税"), ()),
    "shipping": (("shipping", "freight", "postage", "运费", "邮费"), ()),
    "kind": (("kind", "type", "ordertype", "类型", "订单类型", "业务类型"), ("ordertype", "订单类型")),
    "status": (("status", "state", "orderstatus", "状态", "订单状态"), ("orderstatus", "订单状态")),
    "channel": (("channel", "via", "saleschannel", "渠道", "销售渠道", "来源渠道"), ("channel", "渠道")),
    "store": (("store", "storeid", "shop", "branch", "门店", "店铺", "门店编号"), ("门店",)),
    "currency": (("currency", "币种", "货币"), ()),
    "registered": (
        ("registered", "registeredat", "created", "createdat", "signupdate", "joined", "注册日期",
         "注册时间", "入会日期", "入会时间", "开卡日期"),
        ("registered", "注册"),
    ),
    "gender": (("gender", "sex", "性别"), ()),
    "birth_year": (("birthyear", "yearofbirth", "出生年份", "born"), ()),
    "city": (("city", "town", "城市", "所在城市"), ()),
    "country": (("country", "国家"), ()),
    "tier": (("tier", "level", "cardlevel", "会员等级", "等级"), ("会员等级",)),
    "points": (("points", "积分"), ()),
    "plan": (("plan", "subscription", "contract", "package", "套餐", "合约"), ()),
    "started": (("start", "started", "startdate", "startedon", "开始日期", "生效日期", "开通日期"), ()),
    "ended": (("end", "ended", "enddate", "endedon", "cancelled", "结束日期", "到期日期", "终止日期"), ()),
    "event": (("event", "eventid", "action", "事件"), ()),
    "page": (("page", "url", "screen", "页面"), ()),
    "session": (("session", "sessionid", "会话", "访问编号"), ()),
    "survey": (("survey", "surveyid", "responseid", "问卷编号", "答卷编号"), ()),
    "nps": (("nps", "recommend", "likelihoodtorecommend", "推荐意愿"), ("推荐意愿",)),
    "csat": (("csat", "satisfaction", "satisfied", "满意度"), ("满意度",)),
    "comment": (("comment", "comments", "feedback", "评论", "评价", "意见"), ()),
})  # fmt: skip

# What names, reaches or describes one person: never mapped into a table.
PERSONAL: Mapping[str, tuple[Words, Words]] = MappingProxyType({
    "name": (
        ("name", "fullname", "firstname", "lastname", "givenname", "familyname", "surname",
         "customername", "contact", "姓名", "姓", "名", "客户姓名", "会员姓名", "收货人", "联系人",
         "收件人", "昵称", "客户名称", "买家昵称"),
        ("customername", "姓名", "收货人", "收件人", "昵称", "firstname", "lastname"),
    ),
    "phone": (
        ("phone", "mobile", "tel", "telephone", "cell", "手机", "手机号", "电话", "手机号码",
         "联系电话", "联系方式"),
        ("phone", "mobile", "手机", "电话"),
    ),
    "e-mail": (("email", "mail", "emailaddress", "邮箱", "电子邮箱", "电子邮件"), ("email", "邮箱")),
    "address": (
        ("address", "street", "postcode", "zip", "zipcode", "地址", "收货地址", "详细地址", "邮编"),
        ("address", "地址", "postcode"),
    ),
    "date of birth": (("birthday", "birthdate", "dateofbirth", "dob", "出生日期", "生日"), ("生日",)),
    "identity number": (("passport", "idcard", "nationalid", "ssn", "身份证", "身份证号"), ("身份证",)),
    "social account": (("openid", "unionid", "wechat", "微信", "微信号", "qq"), ("微信",)),
})  # fmt: skip

# Words of cells, by the column of a canonical table that they stand in.
CELLS: Mapping[str, Mapping[str, str]] = MappingProxyType({
    "kind": {
        "sale": "sale", "sales": "sale", "order": "sale", "purchase": "sale", "invoice": "sale",
        "refund": "return", "return": "return", "returned": "return", "credit": "return",
        "credit note": "return", "销售": "sale", "订单": "sale", "正常": "sale", "消费": "sale",
        "退货": "return", "退款": "return", "退单": "return",
    },
    "status": {
        "completed": "completed", "complete": "completed", "paid": "completed", "shipped": "completed",
        "delivered": "completed", "done": "completed", "cancelled": "cancelled",
        "canceled": "cancelled", "void": "cancelled", "已完成": "completed", "交易成功": "completed",
        "已付款": "completed", "已发货": "completed", "已签收": "completed", "完成": "completed",
        "已取消": "cancelled", "取消": "cancelled", "交易关闭": "cancelled", "已关闭": "cancelled",
    },
    "channel": {
        "web": "web", "website": "web", "online": "web", "app": "app", "store": "store",
        "shop": "store", "pos": "store", "marketplace": "marketplace", "phone": "phone",
        "email": "email", "sms": "sms", "social": "social", "other": "other", "官网": "web",
        "网站": "web", "线上": "web", "小程序": "mini_program", "门店": "store", "线下": "store",
        "实体店": "store", "电商平台": "marketplace", "平台": "marketplace", "天猫": "marketplace",
        "京东": "marketplace", "淘宝": "marketplace", "电话": "phone", "短信": "sms", "邮件": "email",
        "其他": "other",
    },
    "gender": {
        "female": "female", "f": "female", "male": "male", "m": "male", "other": "other",
        "unknown": "unknown", "女": "female", "男": "male", "未知": "unknown", "保密": "unknown",
    },
})  # fmt: skip

CURRENCIES: Mapping[str, str] = MappingProxyType(
    {"¥": "CNY", "￥": "CNY", "元": "CNY", "RMB": "CNY", "£": "GBP", "€": "EUR", "$": "USD"}
)
