package io.eventbroker.bench.lab;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;

/**
 * Runs every measurement once a round, in an order of its own each round: so what the machine does meanwhile harms all
 * alike, and none is always the one that comes after another. Tells how far it is, and how much longer it takes.
 */
public final class Rounds {
    private final int rounds;
    private final long seed;
    private final Duration each;
    private final PrintWriter progress;
    private final List<Double> loads;
    private final List<Double> stolen;
    private final Calm calm;

    /**
     * So many rounds, those included that an earlier call has run.
     *
     * @param seed from which the order of each round follows
     * @param each how long one measurement is expected to take
     * @param progress gets a line for each
     * @param loads gets the load average at the beginning of each round
     * @param stolen gets what the host of a virtual machine kept of the processors in each round, from 0 to 1; has that of
     *     the rounds that were run already
     * @param calm is waited for before each run
     */
    Rounds(
            int rounds,
            long seed,
            Duration each,
            PrintWriter progress,
            List<Double> loads,
            List<Double> stolen,
            Calm calm) {
        this.rounds = rounds;
        this.seed = seed;
        this.each = each;
        this.progress = progress;
        this.loads = loads;
        this.stolen = stolen;
        this.calm = calm;
    }

    /** One measurement. */
    @FunctionalInterface
    public interface Trial<T> {
        /**
         * Runs it.
         *
         * @param round from 1
         * @return what it came to, for the line of progress
         * @throws InterruptedException if the command is to end
         */
        String run(int round, T measurement) throws InterruptedException;
    }

    /**
     * Runs them all, but for the rounds that were run already.
     *
     * @param measurements of a round, from 1; for a round to come, about as many as there will be
     * @param afterRound called with the number of each round that is done
     * @throws InterruptedException if interrupted
     */
    public <T> void run(IntFunction<List<T>> measurements, Trial<T> trial, IntConsumer afterRound)
            throws InterruptedException {
        int first = stolen.size() + 1;
        tell("seed " + seed + "; about " + time(each.multipliedBy(toCome(first, measurements))));
        long begun = System.nanoTime();
        int done = 0;
        for (int round = first; round <= rounds; round++) {
            loads.add(Machine.load());
            StealTime before = StealTime.now();
            List<T> order = new ArrayList<>(measurements.apply(round));
            Collections.shuffle(order, new Random(seed * 31 + round));
            for (int i = 0; i < order.size(); i++) {
                calm.await();
                String came = trial.run(round, order.get(i));
                done++;
                long left = order.size() - i - 1 + toCome(round + 1, measurements);
                Duration rest = Duration.ofNanos((System.nanoTime() - begun) / done * left);
                tell("round " + round + "/" + rounds + "  " + order.get(i) + "  " + came
                        + (left == 0 ? "" : "  (" + left + " runs, about " + time(rest) + " left)"));
            }
            stolen.add(StealTime.now().since(before));
            afterRound.accept(round);
        }
    }

    private <T> long toCome(int from, IntFunction<List<T>> measurements) {
        long count = 0;
        for (int round = from; round <= rounds; round++) {
            count += measurements.apply(round).size();
        }
        return count;
    }

    private static String time(Duration duration) {
        return duration.toSeconds() < 90
                ? Math.max(1, duration.toSeconds()) + " s"
                : Math.round(duration.toSeconds() / 60.0) + " min";
    }

    private void tell(String line) {
        progress.println(line);
        progress.flush();
    }
}
