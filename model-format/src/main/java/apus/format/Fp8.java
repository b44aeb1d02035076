package apus.format;

/**
 * One byte per weight, E4M3 without infinities, times an f32 scale per tile: w[r][c] = {@link
 * SmallFloats#e4m3} (data[r][c]) * scales[r / tileRows][c / tileCols]. A tile of one row and all
 * columns is a scale per output; one of everything, a scale per tensor. The last tile of a row or
 * column may be partial. Micikevicius et al. 2022, arXiv 2209.05433.
 */
public record Fp8(int tileRows, int tileCols) implements Format {
    public Fp8 {
        if (tileRows < 1 || tileCols < 1) {
            throw new IllegalArgumentException("a tile of " + tileRows + " x " + tileCols);
        }
    }

    /** Tiles side by side over so many columns. */
    public int tilesAcross(int cols) {
        return Math.ceilDiv(cols, tileCols);
    }
}
