/**
 * JMH benchmarks of the CPU kernels, one class per question. {@code mvn -q -Pjmh -pl bench -am
 * -DskipTests test} runs them all; {@code -Djmh.args="Matmul -p tokens=1"} chooses. Rates are given
 * as secondary results: {@code gflops} and {@code gigabytes} are 10^9 floating-point operations and
 * weight bytes per second; {@link apus.bench.jmh.ReadLimitBenchmark} is what the memory allows.
 */
package apus.bench.jmh;
