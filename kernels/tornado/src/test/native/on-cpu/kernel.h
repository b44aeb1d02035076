/*
 * Comes before a generated CUDA source, so that g++ compiles it for the CPU: a block's threads are fibres
 * that take turns at each barrier, the blocks of a grid follow each other. x86-64. See ../README.md.
 *
 * ldmatrix and mma.sync, which sources have as inline PTX, become the calls below (on-cpu.sed), written
 * from the PTX ISA: "ldmatrix", and "Matrix Fragments for mma.m16n8k16 with floating point type".
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utility>

#define __global__
#define __shared__ static

struct Place {
    unsigned x, y, z;
};
static Place threadIdx, blockIdx, blockDim, gridDim;

static inline float __int_as_float(int bits) {
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}
static inline unsigned __float_as_uint(float f) {
    unsigned bits;
    memcpy(&bits, &f, sizeof bits);
    return bits;
}
/* The others that sources use have floats' versions in C++. */
static inline float rsqrt(float x) { return 1 / sqrtf(x); }
static inline int min(int a, int b) { return a < b ? a : b; }
static inline int max(int a, int b) { return a > b ? a : b; }
/* Saves what a call must keep, and goes on with another stack where that one stopped. */
extern "C" void switchStack(void **from, void *to);
asm(".text\n"
    "switchStack:\n"
    "  push %rbp\n  push %rbx\n  push %r12\n  push %r13\n  push %r14\n  push %r15\n"
    "  mov %rsp, (%rdi)\n"
    "  mov %rsi, %rsp\n"
    "  pop %r15\n  pop %r14\n  pop %r13\n  pop %r12\n  pop %rbx\n  pop %rbp\n"
    "  ret\n");

enum { MOST_THREADS = 1024, STACK = 1 << 16, WARP = 32 };

static void *stacks[MOST_THREADS];
static bool ended[MOST_THREADS];
static unsigned running, threads, alive;
static void *outside;
/* The order of turns must not matter; a barrier that is missing shows in one order or the other. */
static const bool backwards = getenv("APUS_BACKWARDS") != NULL;
static void (*body)(void **);
static void **arguments;

/* The next of the threads has its turn; the block is done when none is left. */
static void yield() {
    unsigned self = running;
    if (alive == 0) {
        switchStack(&stacks[self], outside);
    }
    unsigned next = self;
    do {
        next = (next + (backwards ? threads - 1 : 1)) % threads;
    } while (ended[next]);
    if (next != self) {
        running = next;
        switchStack(&stacks[self], stacks[next]);
        running = self;
    }
    threadIdx.x = self;
}

static void __syncthreads() { yield(); }

static void fibre() {
    threadIdx.x = running;
    body(arguments);
    ended[running] = true;
    alive--;
    yield();
    abort();
}

static void block() {
    static char *memory = (char *)aligned_alloc(64, (size_t)MOST_THREADS * STACK);
    for (unsigned i = 0; i < threads; i++) {
        void **top = (void **)(memory + (size_t)(i + 1) * STACK);
        /* fibre finds the stack as after a call: 8 bytes off a multiple of 16. */
        *--top = NULL;
        *--top = (void *)fibre;
        stacks[i] = top - 6;
        ended[i] = false;
    }
    alive = threads;
    running = backwards ? threads - 1 : 0;
    switchStack(&outside, stacks[running]);
}

/* --- what a warp does together: each shows its operands, in one of two places by turns --- */

static unsigned shownAt[2][MOST_THREADS];
static const unsigned *shownA[2][MOST_THREADS], *shownB[2][MOST_THREADS];
static unsigned turn[MOST_THREADS];

/* Shared memory's addresses have 32 bits; the array's upper ones are put back. */
static uint64_t upper;
static unsigned sharedAddress(const char *p) {
    upper = (uint64_t)p >> 32 << 32;
    return (unsigned)(uint64_t)p;
}

/* Of each matrix of 8 rows of 16 bytes, a lane gets two neighbours, or two on top of each other. */
static void ldmatrix(unsigned *to, int matrices, bool transposed, unsigned address) {
    unsigned t = threadIdx.x, lane = t % WARP, first = t - lane, now = turn[t]++ % 2;
    shownAt[now][t] = address;
    yield();
    for (int m = 0; m < matrices; m++) {
        uint16_t two[2];
        for (int i = 0; i < 2; i++) {
            unsigned major = lane / 4, minor = lane % 4 * 2 + i;
            unsigned row = transposed ? minor : major, col = transposed ? major : minor;
            const char *at = (const char *)(upper + shownAt[now][first + 8 * m + row]);
            memcpy(&two[i], at + 2 * col, 2);
        }
        memcpy(&to[m], two, 4);
    }
}
static void ldmatrix4(unsigned *to, unsigned address) { ldmatrix(to, 4, false, address); }
static void ldmatrix2(unsigned *to, unsigned address) { ldmatrix(to, 2, true, address); }

static float bf16(unsigned pair, int i) { return __int_as_float((i ? pair >> 16 : pair & 0xFFFF) << 16); }

/* d = a b + c. Row g of a stands with lanes 4 g and on, column g of b too. */
static void mma(float *d, const unsigned *a, const unsigned *b, const float *c) {
    unsigned t = threadIdx.x, lane = t % WARP, first = t - lane, now = turn[t]++ % 2;
    shownA[now][t] = a;
    shownB[now][t] = b;
    yield();
    for (int i = 0; i < 4; i++) {
        unsigned row = lane / 4, col = lane % 4 * 2 + i % 2;
        double sum = c[i];
        for (int k = 0; k < 16; k++) {
            unsigned of = k % 8 / 2;
            unsigned inA = shownA[now][first + row * 4 + of][(i < 2 ? 0 : 1) + (k < 8 ? 0 : 2)];
            unsigned inB = shownB[now][first + col * 4 + of][k < 8 ? 0 : 1];
            sum += (double)bf16(inA, k % 2) * bf16(inB, k % 2);
        }
        d[i] = (float)sum;
    }
    /* Nobody's registers go before all have read them. */
    yield();
}

template <class... A, size_t... I>
static void call(void (*kernel)(A...), void **args, std::index_sequence<I...>) {
    kernel(*(A *)args[I]...);
}
template <class... A, size_t... I>
static size_t pack(void (*)(A...), void **args, char *to, std::index_sequence<I...>) {
    (memcpy(to + 8 * I, args[I], sizeof(A)), ...);
    return sizeof...(A);
}

/* What follows the source: KERNEL is its name, TOGETHER whether its threads wait for each other. */
#define RUNNABLE(KERNEL, TOGETHER)                                                                        \
    template <class... A> static void callIt(void (*kernel)(A...), void **args) {                          \
        call(kernel, args, std::index_sequence_for<A...>());                                               \
    }                                                                                                      \
    template <class... A> static size_t packIt(void (*kernel)(A...), void **args, char *to) {              \
        return pack(kernel, args, to, std::index_sequence_for<A...>());                                    \
    }                                                                                                      \
    static void once(void **args) { callIt(KERNEL, args); }                                                \
    extern "C" size_t packArguments(void **args, char *to) { return packIt(KERNEL, args, to); }            \
    extern "C" int runGrid(const unsigned *grid, const unsigned *size, void **args) {                      \
        gridDim = {grid[0], grid[1], grid[2]};                                                             \
        blockDim = {size[0], size[1], size[2]};                                                            \
        body = once;                                                                                       \
        arguments = args;                                                                                  \
        threads = size[0];                                                                                 \
        if (TOGETHER && (size[1] != 1 || size[2] != 1 || threads > MOST_THREADS)) {                         \
            return 0;                                                                                      \
        }                                                                                                  \
        for (blockIdx.z = 0; blockIdx.z < grid[2]; blockIdx.z++)                                           \
            for (blockIdx.y = 0; blockIdx.y < grid[1]; blockIdx.y++)                                       \
                for (blockIdx.x = 0; blockIdx.x < grid[0]; blockIdx.x++) {                                 \
                    threadIdx = {0, 0, 0};                                                                 \
                    if (TOGETHER) {                                                                        \
                        block();                                                                           \
                        continue;                                                                          \
                    }                                                                                      \
                    for (threadIdx.z = 0; threadIdx.z < size[2]; threadIdx.z++)                            \
                        for (threadIdx.y = 0; threadIdx.y < size[1]; threadIdx.y++)                        \
                            for (threadIdx.x = 0; threadIdx.x < size[0]; threadIdx.x++) once(args);        \
                }                                                                                          \
        return 1;                                                                                          \
    }
