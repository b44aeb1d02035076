package apus.format.spec;

import java.util.List;

/**
 * A mixture of experts: p = softmax(router(x)), and the sum of p[e] * expert e(x) over the {@code
 * topK} with the largest p. Shazeer et al. 2017, arXiv 1701.06538.
 *
 * @param router {@code [experts][hidden]}
 * @param experts all of one size
 * @param topK how many of them see a token
 * @param renormalise whether the chosen p are divided by their sum; that is a softmax over the
 *     chosen alone
 */
public record Experts(Linear router, List<Gated> experts, int topK, boolean renormalise)
        implements Ffn {
    public Experts {
        experts = List.copyOf(experts);
    }
}
