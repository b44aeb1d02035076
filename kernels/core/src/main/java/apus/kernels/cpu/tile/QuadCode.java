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

import apus.format.QuadTiled;
import apus.format.Tiled.Code;

/**
 * The machine code of a product with bytes, or with numbers of four bits that become bytes first:
 * up to 16 tokens times the rows of a tile of weights, block by block, each digit of the inputs for
 * itself.
 *
 * <pre>
 * for each block of 32 columns:
 *   for each 32 rows of the tile:
 *     numbers of four bits: bytes = widened
 *     for each digit d of the inputs:
 *       sums[block][rows][d] = inputs[block][d] * weights[block][rows]
 * </pre>
 *
 * All sums are whole and exact; scales are applied by whoever called. Called as {@code f(args,
 * inputs, weights, sums, offset of args)}, see {@link QuadArgs}; there is no stack.
 *
 * @param code of the weights
 * @param digits of the inputs, 1 to 3
 * @param tileRows rows of a tile of weights
 */
record QuadCode(Code code, int digits, int tileRows) {
    /** Columns of a block in fours: 32-bit numbers of a row of inputs. */
    static final int QUADS = QuadTiled.BLOCK / 4;

    static final Tmm INPUT = Tmm.TMM6;
    static final Tmm WEIGHT = Tmm.TMM7;

    private static final int ROW = TileShapes.ROW_BYTES;
    private static final int TILE = QUADS * ROW;

    // What the registers hold.
    private static final Gp ARGS = RDI;
    private static final Gp INPUTS = RSI;
    private static final Gp WEIGHTS = RDX;
    private static final Gp SUMS = RCX;
    private static final Gp INPUT_STRIDE = RAX;
    private static final Gp WEIGHT_STRIDE = R11;
    private static final Gp SUM_STRIDE = R9;
    private static final Gp COUNT = R10;

    /** Where numbers of four bits become bytes. */
    private static final Gp WIDENED = R8;

    private static Tmm sums(int tile, int digit) {
        return Tmm.of(2 * digit + tile);
    }

    byte[] bytes() {
        Assembler asm = new Assembler();
        asm.add(ARGS, R8);
        asm.ldtilecfg(Memory.at(ARGS, QuadArgs.SHAPES));
        asm.add(INPUTS, Memory.at(ARGS, QuadArgs.INPUTS));
        asm.add(WEIGHTS, Memory.at(ARGS, QuadArgs.WEIGHTS));
        asm.add(SUMS, Memory.at(ARGS, QuadArgs.SUMS));
        if (code == Code.INT4) {
            NibbleCode.prepare(asm, ARGS, QuadArgs.CONSTANTS);
            asm.mov(WIDENED, ARGS);
            asm.add(WIDENED, Memory.at(ARGS, QuadArgs.WIDENED));
        }
        asm.mov(INPUT_STRIDE, digits * QuadTiled.BLOCK);
        asm.mov(WEIGHT_STRIDE, ROW);
        asm.mov(SUM_STRIDE, 2 * ROW);
        asm.mov(COUNT, Memory.at(ARGS, QuadArgs.BLOCKS));
        asm.repeat(
                COUNT,
                () -> {
                    for (int rows = 0; rows < tileRows; rows += QuadTiled.ROWS) {
                        if (code == Code.INT4) {
                            NibbleCode.widen(asm, WEIGHTS, 0, WIDENED, 0);
                            NibbleCode.widen(asm, WEIGHTS, NibbleCode.STORED, WIDENED, TILE);
                            products(asm, WIDENED);
                            asm.add(WEIGHTS, 2 * NibbleCode.STORED);
                        } else {
                            products(asm, WEIGHTS);
                            asm.add(WEIGHTS, 2 * TILE);
                        }
                    }
                    asm.add(INPUTS, Memory.at(ARGS, QuadArgs.INPUT_BLOCK));
                });
        asm.tilerelease();
        if (code == Code.INT4) {
            asm.vzeroupper();
        }
        asm.ret();
        return asm.bytes();
    }

    private void products(Assembler asm, Gp weights) {
        for (int tile = 0; tile < 2; tile++) {
            asm.tileloadd(WEIGHT, Memory.rows(weights, WEIGHT_STRIDE, tile * TILE));
            for (int d = 0; d < digits; d++) {
                asm.tilezero(sums(tile, d));
                asm.tileloadd(INPUT, Memory.rows(INPUTS, INPUT_STRIDE, d * QuadTiled.BLOCK));
                asm.tdpbssd(sums(tile, d), INPUT, WEIGHT);
            }
        }
        for (int d = 0; d < digits; d++) {
            asm.tilestored(Memory.rows(SUMS, SUM_STRIDE, 0), sums(0, d));
            asm.tilestored(Memory.rows(SUMS, SUM_STRIDE, ROW), sums(1, d));
            asm.add(SUMS, Memory.at(ARGS, QuadArgs.SUMS_DIGIT));
        }
    }
}
