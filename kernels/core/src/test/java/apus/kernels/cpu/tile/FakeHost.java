package apus.kernels.cpu.tile;

import java.util.ArrayList;
import java.util.List;

/**
 * A machine with tiles that refuses the steps it is told to, and writes down what is asked of it.
 * Pages are this machine's own, where there is no step to refuse.
 */
final class FakeHost implements Host {
    final List<String> asked = new ArrayList<>();
    String platform = "";
    String flags = "fpu sse2 avx2 avx512f amx_bf16 amx_tile amx_int8";
    String refusing = "";
    long mapped;
    private final Host real = new LinuxHost();

    private void step(String name) throws Refused {
        asked.add(name);
        if (refusing.equals(name)) {
            throw new Refused("no " + name + " today");
        }
    }

    @Override
    public String otherPlatform() {
        return platform;
    }

    @Override
    public String processorFlags() throws Refused {
        step("flags");
        return flags;
    }

    @Override
    public void requestTiles() throws Refused {
        step("tiles");
    }

    @Override
    public long map(long bytes) throws Refused {
        step("map");
        mapped = real.map(bytes);
        return mapped;
    }

    @Override
    public void makeExecutable(long address, long bytes) throws Refused {
        step("execute");
        real.makeExecutable(address, bytes);
    }

    @Override
    public void unmap(long address, long bytes) {
        asked.add("unmap");
        real.unmap(address, bytes);
    }
}
