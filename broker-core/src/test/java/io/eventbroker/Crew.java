package io.eventbroker;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Threads that do a race round after round: they begin each together, as far as the machine can, and all end it. Far
 * cheaper than threads of its own for each round. For one thread.
 */
final class Crew implements AutoCloseable {
    /** One thread's part of a round; it may be hit by an interrupt while it is exposed. */
    @FunctionalInterface
    interface Job {
        void run(Victim self) throws Exception;
    }

    private final CyclicBarrier meeting;
    private final List<Hand> hands = new ArrayList<>();
    private volatile boolean isOver;

    Crew(String name, int size) {
        meeting = new CyclicBarrier(size + 1);
        for (int i = 0; i < size; i++) {
            Hand hand = new Hand();
            hands.add(hand);
            hand.thread = new Thread(hand, name + " " + i);
            hand.thread.setDaemon(true);
            hand.thread.start();
        }
    }

    int size() {
        return hands.size();
    }

    /** Who may be interrupted, for each thread one. */
    List<Victim> victims() {
        return hands.stream().map(hand -> hand.self).toList();
    }

    /**
     * Has as many jobs done as there are threads.
     *
     * @throws AssertionError if one fails, or does not end: then with the stacks of all threads
     */
    void together(List<Job> jobs) throws InterruptedException {
        for (int i = 0; i < jobs.size(); i++) {
            hands.get(i).job = jobs.get(i);
        }
        Tests.meet(meeting);
        try {
            meeting.await(Tests.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (BrokenBarrierException | TimeoutException e) {
            throw new AssertionError("a job does not end: " + unfinished() + "\n" + Task.dump(), e);
        }
        List<Throwable> failures = new ArrayList<>();
        for (Hand hand : hands) {
            if (hand.failure != null) {
                failures.add(hand.failure);
            }
        }
        if (!failures.isEmpty()) {
            AssertionError all = new AssertionError("a job failed: " + failures.get(0), failures.get(0));
            failures.subList(1, failures.size()).forEach(all::addSuppressed);
            throw all;
        }
    }

    private List<String> unfinished() {
        return hands.stream()
                .filter(hand -> hand.isBusy)
                .map(hand -> hand.thread.getName())
                .toList();
    }

    /** Ends the threads; one that hangs is left behind. */
    @Override
    public void close() {
        isOver = true;
        hands.forEach(hand -> hand.thread.interrupt());
    }

    private final class Hand implements Runnable {
        final Victim self = new Victim();
        Thread thread;
        Job job;
        Throwable failure;
        volatile boolean isBusy;

        @Override
        public void run() {
            while (!isOver) {
                try {
                    meeting.await();
                } catch (InterruptedException | BrokenBarrierException e) {
                    return; // the test is over
                }
                work();
                try {
                    meeting.await();
                } catch (InterruptedException | BrokenBarrierException e) {
                    return;
                }
            }
        }

        private void work() {
            isBusy = true;
            failure = null;
            try {
                job.run(self);
                if (Thread.interrupted()) {
                    throw new AssertionError("an interrupt that nobody meant for " + thread);
                }
            } catch (Throwable e) {
                failure = e;
            } finally {
                isBusy = false;
            }
        }
    }
}
