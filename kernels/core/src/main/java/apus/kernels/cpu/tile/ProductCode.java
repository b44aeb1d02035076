package apus.kernels.cpu.tile;

import static apus.kernels.cpu.tile.Gp.R10;
import static apus.kernels.cpu.tile.Gp.R11;
import static apus.kernels.cpu.tile.Gp.R8;
import static apus.kernels.cpu.tile.Gp.R9;
import static apus.kernels.cpu.tile.Gp.RAX;
import static apus.kernels.cpu.tile.Gp.RCX;
import static apus.kernels.cpu.tile.Gp.RDI;
import static apus.kernels.cpu.tile.Gp.RDX;
import static apus.kernels.cpu.tile.Gp.RSI;

import apus.format.PairTiled;

/**
 * The machine code of a product: blocks of up to 32 tokens times 32 weight rows.
 *
 * <pre>
 * for each block of tokens:
 *   sums[tile of 16 tokens][tile of 16 rows] = 0
 *   for each step of 32 columns:
 *     for each part i of the weights, j of the inputs, i + j below 3, the smallest first:
 *       sums += inputs[j] * weights[i]
 *   store the sums
 * </pre>
 *
 * The order in which an output is summed is the same whatever the block: one token and 32 get the
 * same bits. Products of smaller parts than i + j = 2 are below the rounding of a float32. Small
 * ones come first because less is lost so, and because the parts of a number near the largest add
 * up to it without overflow only in that order.
 *
 * <p>Called as {@code f(args, inputs, weights, out, offset of args)}; {@link ProductArgs} says what
 * args hold. Everything stays in registers that a function need not save; there is no stack.
 *
 * @param inputParts parts of the inputs
 * @param weightParts parts of the weights
 * @param tokenTiles 1 for blocks of up to 16 tokens, 2 for 17 to 32
 */
record ProductCode(int inputParts, int weightParts, int tokenTiles) {
    /** Bytes of a row of a tile in memory: 32 bfloat16 or 16 float32. */
    private static final int ROW = TileShapes.ROW_BYTES;

    private static final int TILE = TileShapes.ROWS * ROW;

    static final Tmm[][] SUMS = {{Tmm.TMM0, Tmm.TMM1}, {Tmm.TMM2, Tmm.TMM3}};
    static final Tmm[] INPUTS = {Tmm.TMM4, Tmm.TMM5};
    static final Tmm[] WEIGHTS = {Tmm.TMM6, Tmm.TMM7};

    // What the registers hold.
    private static final Gp ARGS = RDI;
    private static final Gp BLOCK = RSI;
    private static final Gp ROWS = RDX;
    private static final Gp OUT = RCX;
    private static final Gp INPUT = R8;
    private static final Gp WEIGHT = R9;
    private static final Gp COUNT = R10;
    private static final Gp WEIGHT_STRIDE = R11;
    private static final Gp STRIDE = RAX;

    byte[] bytes() {
        Assembler asm = new Assembler();
        asm.add(ARGS, R8);
        asm.ldtilecfg(Memory.at(ARGS, ProductArgs.SHAPES));
        asm.add(BLOCK, Memory.at(ARGS, ProductArgs.INPUTS));
        asm.add(ROWS, Memory.at(ARGS, ProductArgs.WEIGHTS));
        asm.add(OUT, Memory.at(ARGS, ProductArgs.OUT));
        asm.mov(WEIGHT_STRIDE, ROW);
        Assembler.Label nextBlock = new Assembler.Label();
        asm.here(nextBlock);
        block(asm);
        asm.add(BLOCK, Memory.at(ARGS, ProductArgs.INPUT_BLOCK));
        asm.add(OUT, Memory.at(ARGS, ProductArgs.OUT_BLOCK));
        // Counted in memory: registers are few, and this happens once in thousands of cycles.
        asm.mov(COUNT, Memory.at(ARGS, ProductArgs.BLOCKS));
        asm.sub(COUNT, 1);
        asm.mov(Memory.at(ARGS, ProductArgs.BLOCKS), COUNT);
        asm.jump(Condition.NOT_ZERO, nextBlock);
        asm.tilerelease();
        asm.ret();
        return asm.bytes();
    }

    private void block(Assembler asm) {
        for (int t = 0; t < tokenTiles; t++) {
            asm.tilezero(SUMS[t][0]);
            asm.tilezero(SUMS[t][1]);
        }
        asm.mov(INPUT, BLOCK);
        asm.mov(WEIGHT, ROWS);
        asm.mov(STRIDE, inputParts * ROW);
        asm.mov(COUNT, Memory.at(ARGS, ProductArgs.STEPS));
        asm.repeat(
                COUNT,
                () -> {
                    step(asm);
                    asm.add(INPUT, Memory.at(ARGS, ProductArgs.INPUT_STEP));
                    asm.add(WEIGHT, weightParts * PairTiled.PART_BYTES);
                });
        asm.mov(STRIDE, Memory.at(ARGS, ProductArgs.OUT_ROW));
        asm.mov(INPUT, OUT);
        for (int t = 0; t < tokenTiles; t++) {
            asm.tilestored(Memory.rows(INPUT, STRIDE, 0), SUMS[t][0]);
            asm.tilestored(Memory.rows(INPUT, STRIDE, ROW), SUMS[t][1]);
            if (t + 1 < tokenTiles) {
                asm.add(INPUT, Memory.at(ARGS, ProductArgs.OUT_TILE));
            }
        }
    }

    /** The inputs of a step: [tokens][parts][32], so that a part's rows are a stride apart. */
    private void step(Assembler asm) {
        for (int i = weightParts - 1; i >= 0; i--) {
            for (int tile = 0; tile < 2; tile++) {
                int at = i * PairTiled.PART_BYTES + tile * TILE;
                asm.tileloadd(WEIGHTS[tile], Memory.rows(WEIGHT, WEIGHT_STRIDE, at));
            }
            for (int j = Math.min(inputParts, PairTiled.MAX_PARTS - i) - 1; j >= 0; j--) {
                for (int t = 0; t < tokenTiles; t++) {
                    int at = j * ROW + t * inputParts * TILE;
                    asm.tileloadd(INPUTS[t], Memory.rows(INPUT, STRIDE, at));
                    asm.tdpbf16ps(SUMS[t][0], INPUTS[t], WEIGHTS[0]);
                    asm.tdpbf16ps(SUMS[t][1], INPUTS[t], WEIGHTS[1]);
                }
            }
        }
    }
}
