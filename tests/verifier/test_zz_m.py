import pytest
from support.permit_desk import *
def test_it(tmp_path):
    home = permit_home(tmp_path)
    async def work(me):
        await me.get()
        print(me.browser.status, me.browser.url,text_of(me.page)[:1600])
        await me.post()
        print(me.browser.status, me.browser.url, text_of(me.page)[:300], me.http.cookies)
        await me.post("/aanvraag", **FORM)
        print(me.browser.status, me.browser.url, text_of(me.page)[:300], me.http.cookies)
        await me.upload("plattegrond.pdf", PDF)
        print(me.browser.status, me.browser.url, text_of(me.page)[:900])
        a = await me.share()
        print(a.status, list(a.body), me.browser.status, me.browser.url, text_of(me.page)[:2500])
        n = await me.submit()
        print(n, me.browser.status, me.browser.url, text_of(me.page)[:2500])
    at_desk(home, work)
