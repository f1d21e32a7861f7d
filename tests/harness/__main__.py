import sys,time
from collections import Counter
from tests.harness.account import determined
from tests.harness.runs import Runs
from tests.harness.scenarios import all_scenarios
with determined("s"):
    t=time.time()
    seen={}
    n=Counter()
    for sc in all_scenarios():
        r=Runs(sc)
        print(sc.name,len(sc.requests),time.time()-t)
        for fam in sys.argv[1:] or ["faulted"]:
            for v in getattr(r,fam)():
                k=(v.family,v.promise.name,v.request.split()[0])
                n[k]+=1; seen.setdefault(k,v)
        print(r.counted)
    for k,v in sorted(seen.items()): print(k,n[k],v)
