package apus.format;

/**
 * How the numbers of a {@link Weight} are stored. Closed on purpose: a backend switches over it
 * without a default, so a new format does not compile until every backend has decided about it.
 */
public sealed interface Format permits Plain, Fp8, Block, Mxfp4, Tiled, PairTiled, QuadTiled {}
