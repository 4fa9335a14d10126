"""Invented names. No county, institution, estate or person is meant; phone numbers lie in 154, which no
carrier had in service as far as the writer knew."""

# ruff: noqa: SIM905 - lists of words are easier to read and to extend as one line of words

from __future__ import annotations

COUNTY = "岚溪县"
CITY = "云澜市"
CENTRE = (110.2, 30.6)  # degrees, WGS-84; nothing is there that is meant
TOWNS = (
    "东岭街道",
    "西渡街道",
    "南屏街道",
    "双柳镇",
    "白崖镇",
    "柳塘镇",
    "青枫镇",
    "石磨镇",
    "龙陂镇",
    "沙湾镇",
    "竹溪口镇",
    "云坪乡",
    "桃坞乡",
    "鹿鸣乡",
)
MORE_TOWNS = ("镇", "乡")  # with the first words of roads, when a county needs more than `TOWNS`
ESTATE_FIRST = (
    "岚翠 锦澜 碧桐 云杉 清漪 望江 桂雨 枫华 松涛 明月 兰亭 锦绣 滨江 御景 翠竹 金桂 丽景 书香 东方 阳光 幸福 和顺 "
    "春晓 紫藤 梧桐 香樟 临江 观澜 福源 吉祥 荷塘 银杏 玉兰 海棠 麓山 龙湾 凤栖 天悦 盛世 康宁"
).split()
ESTATE_LAST = "花园 花苑 家园 小区 华庭 公寓 新村 雅居 名邸 华府 里 嘉苑".split()
TOWER_FIRST = "鼎新 恒泰 汇金 广源 联信 众合 锦程 宏远 天成 百汇 金座 华盛 新都 时代 银河".split()
TOWER_LAST = "大厦 商务楼 广场 商城 综合楼 财富中心".split()
ROAD_FIRST = (
    "岚江 清源 东岭 渡口 屏山 柳荫 枫林 白崖 环城 迎宾 文昌 学府 体育 建设 和平 新华 滨河 桥头 站前 望岳 兴业 "
    "工农 红旗 人和 长宁 平安 桃源 翠微 梅园 丹霞"
).split()
ROAD_LAST = "路 街 大道 巷 东路 西路 中路".split()
VILLAGES = (
    "河口村 石桥村 上坪村 柳林村 高岩村 水井村 桐木村 新塘村 茶园村 大湾村 双堰村 松树村 黄泥村 下河村 竹园村 桂花村 "
    "花桥村 青杠村 老屋村 田坝村 梨树村 月亮村 铁炉村 磨盘村 土地村 白果村 龙洞村 枣子村 回龙村 三岔村"
).split()
SHOPS = (
    "惠万家超市 好邻居便利店 老周面馆 康民药房 福满多超市 佳佳文具店 香满楼饭店 李记早餐店 鑫鑫五金店 爱婴坊母婴店 "
    "蜀香火锅 兄弟汽修 美丽人生理发店 旺角奶茶 聚鲜水果店 晨光打印店 百姓大药房 红豆蛋糕店 麦田眼镜店 顺达快递站"
).split()
LANDMARKS = (
    "岚溪实验小学 岚溪二中 岚溪三小 东岭小学 西渡小学 县人民医院 文化广场 老车站 体育馆 农贸市场 县妇幼保健院 "
    "滨河公园 城关幼儿园 新汽车站 岚江大桥 青少年宫"
).split()
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹"
GIVEN = (
    "晓岚 玉芬 建平 春燕 志远 丽娟 文博 海棠 雪梅 国梁 佳宁 思源 永红 慧敏 立新 桂芳 子涵 明珠 振宇 秋菊 小琴 少峰 "
    "红霞 德全 艳玲 宏图"
).split()
BRAND_FIRST = (
    "启智 小橡树 蓝鲸 育苗 学有成 童悦 金种子 明德 博雅 向日葵 小蜗牛 星火 书香阁 乐思 折桂坊 优贝 新起点 知行 萤火虫 "
    "七色光 红帆 小松鼠 云朵 智慧星 晨曦 繁星点 青禾 百灵 高分 朗朗 培优 思齐 天天向上 金话筒 小当家 慧学"
).split()
BRAND_PAIRS = ("启育慧乐童博智思优晨青金向恒朗睿", "禾树舟帆苗林溪泉石桥灯塔鹿雁")  # one of each makes a name
BRAND_LAST = "托管 托管班 教育 学习吧 自习室 工作室 家教中心 课堂 学堂 书屋 教育咨询 家政服务".split()
SUBJECTS = "数学 英语 语文 物理 化学 作文 奥数 剑桥英语 拼音 小升初衔接".split()
COVERS = "托管 自习 家政服务 教育咨询 读书会 文化传播 研学 住家教师 众筹私教 艺术培训".split()
GRADES = "一年级 二年级 三年级 四年级 五年级 六年级 初一 初二 初三 幼儿园大班".split()
HOMOPHONES = {
    "锦": "景金",
    "苑": "院园",
    "园": "圆院",
    "岚": "兰蓝",
    "澜": "兰蓝",
    "翠": "脆",
    "桐": "铜",
    "枫": "丰",
    "望": "旺",
    "桂": "贵",
    "庭": "廷",
    "雅": "亚",
    "华": "花",
    "源": "原",
    "清": "青",
    "溪": "西",
    "滨": "宾",
    "松": "淞",
    "明": "名",
    "兰": "蓝",
    "杉": "衫",
    "云": "芸",
    "启": "起",
    "智": "志",
    "橡": "像",
    "管": "馆",
    "悦": "月",
    "藤": "滕",
    "樟": "章",
    "绣": "秀",
    "御": "玉",
    "景": "锦",
    "康": "慷",
    "福": "富",
    "泰": "太",
    "鼎": "顶",
    "汇": "惠",
    "程": "城",
    "恒": "衡",
    "宏": "鸿",
    "江": "姜",
    "柳": "刘",
    "岭": "领",
    "屏": "平",
    "坪": "平",
    "塘": "糖",
    "桥": "乔",
    "博": "搏",
    "贝": "倍",
    "星": "新",
    "新": "心",
    "苗": "喵",
    "鲸": "晶",
    "禾": "和",
    "慧": "惠",
    "学": "雪",
}
CHINESE = "零一二三四五六七八九"


def chinese_number(number: int) -> str:
    """1 to 99 in words: 十二, 三十."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else ("十" if tens == 1 else f"{CHINESE[tens]}十")
    return head + (CHINESE[ones] if ones or not tens else "")


def full_width(text: str) -> str:
    """ASCII digits, letters and signs as an input method in full-width mode gives them."""
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)
