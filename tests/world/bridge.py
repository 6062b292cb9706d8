class Bridge: pass
