package io.eventbroker.examples.returns;

import static io.eventbroker.examples.returns.ReturnEvent.RETURNS;

import io.eventbroker.Broker;
import io.eventbroker.SubscriptionBuilder;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * A progress bar on standard error: one more subscriber, which counts what happens.
 *
 * <p><b>Threads.</b> The bar is stepped by its subscription's worker and drawn by a thread of its library.
 */
public final class Progress implements AutoCloseable {
    private static final int WIDTH = 79;

    private final ProgressBar bar;

    /** A bar that is full after so many events. */
    Progress(long events) {
        this.bar = new ProgressBarBuilder()
                .setTaskName("events")
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(100)
                .setInitialMax(events)
                .setConsumer(new ConsoleProgressBarConsumer(System.err, WIDTH))
                .build();
    }

    /**
     * Whether standard error is a terminal. {@code System.console()} tells of the other two streams only, so this asks
     * the command {@code test}.
     *
     * @return whether somebody sees a progress bar
     */
    public static boolean canBeSeen() {
        try {
            Process test = new ProcessBuilder("test", "-t", "2")
                    .redirectError(Redirect.INHERIT)
                    .start();
            return test.waitFor() == 0;
        } catch (IOException e) {
            return false; // a system without that command
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    void watch(Broker broker) {
        int capacity = (int) Math.min(bar.getMax(), SubscriptionBuilder.MAX_CAPACITY);
        broker.subscription(RETURNS).named("progress").capacity(capacity).onEvent(event -> bar.step());
    }

    /** What was dropped will not come any more. */
    @Override
    public void close() {
        bar.maxHint(bar.getCurrent());
        bar.close();
    }
}
