# Inline PTX of generated sources becomes calls of kernel.h.
s/asm volatile\("\{ \.reg[^:]*: "=r"\(__smem\) : "l"\((.*)\)\);/__smem = sharedAddress(\1);/
s/asm volatile\("ldmatrix\.sync\.aligned\.m8n8\.x4\.shared\.b16 [^:]*: "=r"\(([A-Za-z0-9_]+)\[0\]\).*/ldmatrix4(\1, __smem);/
s/asm volatile\("ldmatrix\.sync\.aligned\.m8n8\.x2\.trans\.shared\.b16 [^:]*: "=r"\(([A-Za-z0-9_]+)\[0\]\).*/ldmatrix2(\1, __smem);/
s/asm volatile\("mma\.sync\.aligned\.m16n8k16\.row\.col\.f32\.bf16\.bf16\.f32 [^:]*: "=f"\(([A-Za-z0-9_]+)\[0\]\).* : "r"\(([A-Za-z0-9_]+)\[0\]\).*"r"\(([A-Za-z0-9_]+)\[0\]\), "r"\(\3\[1\]\), "f"\(([A-Za-z0-9_]+)\[0\]\).*/mma(\1, \2, \3, \4);/
