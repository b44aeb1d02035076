package apus.kernels.cpu.tile;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An instruction as GNU as reads it in Intel's syntax, told to an {@link Assembler}. */
final class Instruction {
    private static final Pattern MEMORY =
            Pattern.compile("\\[(r\\w+)(?:\\+(r\\w+)\\*1)?([+-]\\d+)?]");

    private Instruction() {}

    static void write(String line, Assembler asm) {
        // The assembler writes no prefixes of two bytes; the other is told not to.
        String text = line.replace("{vex3} ", "");
        String name = text.split(" ", 2)[0];
        String[] operands =
                text.contains(" ")
                        ? text.substring(name.length()).strip().split(", ", -1)
                        : new String[0];
        switch (operands.length) {
            case 0 -> alone(name, asm);
            case 1 -> single(name, operands[0], asm);
            case 2 -> pair(name, operands[0], operands[1], asm);
            default -> {
                if (name.startsWith("v")) {
                    vector(name, ymm(operands[0]), ymm(operands[1]), operands[2], asm);
                } else {
                    triple(name, tmm(operands[0]), tmm(operands[1]), tmm(operands[2]), asm);
                }
            }
        }
    }

    private static void alone(String name, Assembler asm) {
        switch (name) {
            case "ret" -> asm.ret();
            case "tilerelease" -> asm.tilerelease();
            case "vzeroupper" -> asm.vzeroupper();
            default -> throw new IllegalArgumentException(name);
        }
    }

    private static void single(String name, String operand, Assembler asm) {
        switch (name) {
            case "ldtilecfg" -> asm.ldtilecfg(memory(operand));
            case "tilezero" -> asm.tilezero(tmm(operand));
            default -> throw new IllegalArgumentException(name);
        }
    }

    private static void pair(String name, String a, String b, Assembler asm) {
        boolean number = b.matches("-?\\d+");
        boolean memory = b.startsWith("[");
        switch (name) {
            case "mov" -> {
                if (a.startsWith("[")) {
                    asm.mov(memory(a), gp(b));
                } else if (memory) {
                    asm.mov(gp(a), memory(b));
                } else if (number) {
                    asm.mov(gp(a), Integer.parseInt(b));
                } else {
                    asm.mov(gp(a), gp(b));
                }
            }
            case "add" -> {
                if (memory) {
                    asm.add(gp(a), memory(b));
                } else if (number) {
                    asm.add(gp(a), Integer.parseInt(b));
                } else {
                    asm.add(gp(a), gp(b));
                }
            }
            case "sub" -> {
                if (number) {
                    asm.sub(gp(a), Integer.parseInt(b));
                } else {
                    asm.sub(gp(a), gp(b));
                }
            }
            case "cmp" -> {
                if (number) {
                    asm.cmp(gp(a), Integer.parseInt(b));
                } else {
                    asm.cmp(gp(a), gp(b));
                }
            }
            case "lea" -> asm.lea(gp(a), memory(b));
            case "tileloadd" -> asm.tileloadd(tmm(a), memory(b));
            case "vmovdqu" -> {
                if (memory) {
                    asm.vmovdqu(ymm(a), memory(b));
                } else {
                    asm.vmovdqu(memory(a), ymm(b));
                }
            }
            case "tilestored" -> asm.tilestored(memory(a), tmm(b));
            default -> throw new IllegalArgumentException(name);
        }
    }

    private static void triple(String name, Tmm a, Tmm b, Tmm c, Assembler asm) {
        switch (name) {
            case "tdpbf16ps" -> asm.tdpbf16ps(a, b, c);
            case "tdpbssd" -> asm.tdpbssd(a, b, c);
            case "tdpbusd" -> asm.tdpbusd(a, b, c);
            default -> throw new IllegalArgumentException(name);
        }
    }

    private static void vector(String name, Ymm a, Ymm b, String c, Assembler asm) {
        switch (name) {
            case "vpand" -> asm.vpand(a, b, ymm(c));
            case "vpsubb" -> asm.vpsubb(a, b, ymm(c));
            case "vpsrlw" -> asm.vpsrlw(a, b, Integer.parseInt(c));
            default -> throw new IllegalArgumentException(name);
        }
    }

    private static Ymm ymm(String name) {
        return Ymm.valueOf(name.toUpperCase(Locale.ROOT));
    }

    private static Gp gp(String name) {
        return Gp.valueOf(name.toUpperCase(Locale.ROOT));
    }

    private static Tmm tmm(String name) {
        return Tmm.valueOf(name.toUpperCase(Locale.ROOT));
    }

    private static Memory memory(String text) {
        Matcher m = MEMORY.matcher(text);
        if (!m.matches()) {
            throw new IllegalArgumentException(text);
        }
        Gp index = m.group(2) == null ? Gp.RSP : gp(m.group(2));
        return new Memory(
                gp(m.group(1)), index, m.group(3) == null ? 0 : Integer.parseInt(m.group(3)));
    }
}
