package apus.kernels.cpu.tile;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.IntBinaryOperator;

/**
 * A processor in Java: runs machine code made of the instructions that {@link Assembler} writes, by
 * reading its bytes. What the manual calls a fault is an error here, and so is every access to
 * memory outside the segments of the call, which a processor would not notice.
 */
final class Interpreter implements Processor {
    private static final long MOST_INSTRUCTIONS = 100_000_000;

    @Override
    public String description() {
        return "an interpreter";
    }

    @Override
    public Code load(byte[] code) {
        byte[] copy = code.clone();
        return new Code() {
            private boolean closed;

            @Override
            public void call(
                    MemorySegment a,
                    MemorySegment b,
                    MemorySegment c,
                    MemorySegment d,
                    long number) {
                if (closed) {
                    throw new IllegalStateException("the code is closed");
                }
                new Run(copy, new MemorySegment[] {a, b, c, d}, number).run();
            }

            @Override
            public void close() {
                closed = true;
            }
        };
    }

    /** One call. */
    private static final class Run {
        private final byte[] code;
        private final MemorySegment[] memory;
        private final long[] gp = new long[16];
        private final TileUnit tiles = new TileUnit();
        private final byte[][] vectors = new byte[16][Ymm.BYTES];
        private boolean upperHalves;
        private int at;
        private boolean zero;
        private boolean carry;
        private boolean less;

        Run(byte[] code, MemorySegment[] memory, long number) {
            this.code = code;
            this.memory = memory;
            gp[Gp.RDI.number] = memory[0].address();
            gp[Gp.RSI.number] = memory[1].address();
            gp[Gp.RDX.number] = memory[2].address();
            gp[Gp.RCX.number] = memory[3].address();
            gp[Gp.R8.number] = number;
        }

        void run() {
            for (long i = 0; i < MOST_INSTRUCTIONS; i++) {
                int first = next();
                if (first == 0xC3) {
                    if (tiles.inUse()) {
                        throw new IllegalStateException("tiles are not released");
                    }
                    if (upperHalves) {
                        throw new IllegalStateException("upper halves are not cleared");
                    }
                    return;
                }
                if (first == 0x0F) {
                    jump(next());
                } else if (first == 0xC4) {
                    vex();
                } else if ((first & 0xF8) == 0x48) {
                    wide(first);
                } else {
                    throw unknown();
                }
            }
            throw new IllegalStateException("no end after many instructions");
        }

        private int next() {
            return code[at++] & 0xFF;
        }

        private int next32() {
            int value = 0;
            for (int i = 0; i < 32; i += 8) {
                value |= next() << i;
            }
            return value;
        }

        private IllegalStateException unknown() {
            return new IllegalStateException("unknown instruction before byte " + at);
        }

        private void jump(int opcode) {
            int distance = next32();
            boolean taken =
                    switch (opcode) {
                        case 0x82 -> carry;
                        case 0x84 -> zero;
                        case 0x85 -> !zero;
                        case 0x8C -> less;
                        case 0x8D -> !less;
                        default -> throw unknown();
                    };
            if (taken) {
                at += distance;
            }
        }

        // An operand as ModRM says: a register, or an address.

        private int mode;
        private int reg;
        private int rm;
        private long address;
        private long index;

        /** Reads ModRM, SIB and displacement; the bits are those of REX or VEX. */
        private void operand(int r, int x, int b) {
            int modRm = next();
            mode = modRm >> 6;
            reg = (modRm >> 3 & 7) | r << 3;
            rm = modRm & 7;
            index = 0;
            if (mode == 3) {
                rm |= b << 3;
                return;
            }
            int base = rm;
            if (rm == 4) {
                int sib = next();
                if (sib >> 6 != 0) {
                    throw unknown();
                }
                base = sib & 7;
                int i = (sib >> 3 & 7) | x << 3;
                index = i == Gp.RSP.number ? 0 : gp[i];
            }
            if (mode == 0 && base == Gp.RBP.number) {
                throw unknown();
            }
            address = gp[base | b << 3];
            if (mode == 1) {
                address += (byte) next();
            } else if (mode == 2) {
                address += next32();
            }
        }

        private void wide(int rex) {
            int opcode = next();
            operand(rex >> 2 & 1, rex >> 1 & 1, rex & 1);
            switch (opcode) {
                case 0x89 -> put(gp[reg]);
                case 0x8B -> gp[reg] = get();
                case 0x8D -> gp[reg] = address + index;
                case 0xC7 -> put(next32());
                case 0x01 -> put(add(get(), gp[reg]));
                case 0x03 -> gp[reg] = add(gp[reg], get());
                case 0x29 -> put(sub(get(), gp[reg]));
                case 0x39 -> sub(get(), gp[reg]);
                case 0x81 -> withNumber(next32());
                case 0x83 -> withNumber((byte) next());
                default -> throw unknown();
            }
        }

        private void withNumber(int number) {
            switch (reg & 7) {
                case 0 -> put(add(get(), number));
                case 5 -> put(sub(get(), number));
                case 7 -> sub(get(), number);
                default -> throw unknown();
            }
        }

        private long add(long a, long b) {
            long sum = a + b;
            zero = sum == 0;
            carry = Long.compareUnsigned(sum, a) < 0;
            // The sign of the true sum: that of the result unless it overflowed.
            less = sum < 0 ^ ((a ^ sum) & (b ^ sum)) < 0;
            return sum;
        }

        private long sub(long a, long b) {
            zero = a == b;
            carry = Long.compareUnsigned(a, b) < 0;
            less = a < b;
            return a - b;
        }

        private long get() {
            if (mode == 3) {
                return gp[rm];
            }
            long to = address + index;
            return segment(to, 8).get(JAVA_LONG_UNALIGNED, to - segment(to, 8).address());
        }

        private void put(long value) {
            if (mode == 3) {
                gp[rm] = value;
            } else {
                long to = address + index;
                segment(to, 8).set(JAVA_LONG_UNALIGNED, to - segment(to, 8).address(), value);
            }
        }

        private MemorySegment segment(long first, long bytes) {
            for (MemorySegment m : memory) {
                if (first >= m.address() && first + bytes <= m.address() + m.byteSize()) {
                    return m;
                }
            }
            throw new IllegalStateException(bytes + " bytes at " + first + " are in no segment");
        }

        private void vex() {
            int second = next();
            int third = next();
            int opcode = next();
            int prefix = third & 3;
            int vvvv = ~(third >> 3) & 15;
            boolean wide = (third & 4) != 0;
            if ((third & 0x80) != 0) {
                throw unknown();
            }
            if ((second & 0x1F) == 1 && opcode == 0x77) {
                zeroUpper(prefix, vvvv, wide);
                return;
            }
            operand(1 - (second >> 7), 1 - (second >> 6 & 1), 1 - (second >> 5 & 1));
            if ((second & 0x1F) == 1 && wide) {
                upperHalves = true;
                vector(opcode << 4 | prefix, vvvv);
                return;
            }
            if ((second & 0x1F) != 2 || wide) {
                throw unknown();
            }
            switch (opcode << 4 | prefix) {
                case 0x490 -> {
                    if (mode == 3) {
                        tiles.release();
                    } else {
                        configure();
                    }
                }
                case 0x493 -> tiles.zero(reg);
                case 0x4B3 -> move(true);
                case 0x4B2 -> move(false);
                case 0x5C2 -> tiles.dotBf16(reg, rm, vvvv);
                case 0x5E3 -> tiles.dotBytes(reg, rm, vvvv, true);
                case 0x5E1 -> tiles.dotBytes(reg, rm, vvvv, false);
                default -> throw unknown();
            }
        }

        private void zeroUpper(int prefix, int vvvv, boolean wide) {
            if (prefix != 0 || vvvv != 0 || wide) {
                throw unknown();
            }
            for (byte[] vector : vectors) {
                Arrays.fill(vector, Ymm.BYTES / 2, Ymm.BYTES, (byte) 0);
            }
            upperHalves = false;
        }

        /** Vectors of 256 bits: those of the manual's AVX2 that the assembler writes. */
        private void vector(int operation, int vvvv) {
            switch (operation) {
                case 0x6F2 -> moveVector(vvvv, true);
                case 0x7F2 -> moveVector(vvvv, false);
                case 0xDB1 -> combine(vvvv, (a, b) -> a & b);
                case 0xF81 -> combine(vvvv, (a, b) -> a - b);
                case 0x711 -> shiftWords(vvvv, next());
                default -> throw unknown();
            }
        }

        private void moveVector(int vvvv, boolean load) {
            if (mode == 3 || vvvv != 0) {
                throw unknown();
            }
            long first = address + index;
            MemorySegment m = segment(first, Ymm.BYTES);
            MemorySegment part = m.asSlice(first - m.address(), Ymm.BYTES);
            MemorySegment vector = MemorySegment.ofArray(vectors[reg]);
            if (load) {
                vector.copyFrom(part);
            } else {
                part.copyFrom(vector);
            }
        }

        /** Byte by byte, the first operand that of VEX.vvvv. */
        private void combine(int vvvv, IntBinaryOperator operation) {
            if (mode != 3) {
                throw unknown();
            }
            for (int i = 0; i < Ymm.BYTES; i++) {
                int result = operation.applyAsInt(vectors[vvvv][i], vectors[rm][i]);
                vectors[reg][i] = (byte) result;
            }
        }

        private void shiftWords(int to, int by) {
            if (mode != 3 || (reg & 7) != 2 || by > 15) {
                throw unknown();
            }
            for (int i = 0; i < Ymm.BYTES; i += 2) {
                int word = (vectors[rm][i] & 0xFF) | (vectors[rm][i + 1] & 0xFF) << 8;
                vectors[to][i] = (byte) (word >> by);
                vectors[to][i + 1] = (byte) (word >> by >> 8);
            }
        }

        private void configure() {
            MemorySegment m = segment(address, TileShapes.BYTES);
            tiles.configure(m.asSlice(address - m.address(), TileShapes.BYTES));
        }

        /** A tile's rows lie in memory a distance apart that the index register holds. */
        private void move(boolean load) {
            int words = tiles.words(reg);
            for (int row = 0; row < tiles.rows(reg); row++) {
                long first = address + row * index;
                MemorySegment m = segment(first, words * 4L);
                if (load) {
                    tiles.load(reg, row, m, first - m.address());
                } else {
                    tiles.store(reg, row, m, first - m.address());
                }
            }
            if (load) {
                tiles.clearBeyond(reg);
            }
        }
    }
}
