package io.eventbroker;

/** Goes to the end of a thread's stack, and tries something at each level on the way up, where there is hardly any. */
abstract class StackDive {
    /** How many attempts did not fit on the stack. */
    int overflows;

    /** Has the broker's probe for stack compiled, so that it needs little, before what it asks for was ever run. */
    static void warmProbe() {
        for (int i = 0; i < 20_000; i++) {
            Checks.requireStack(Checks.FRAMES);
        }
    }

    /** What is tried. It may fail anywhere for a lack of stack. */
    abstract void attempt();

    /** Runs something in a thread with a stack of so many bytes, and waits for its end. */
    static void inThread(int stack, Runnable body) throws InterruptedException {
        Thread diver = new Thread(null, body, "diver", stack);
        diver.start();
        diver.join(Tests.PATIENCE.toMillis());
    }

    /** Goes down after so many frames more: so each number ends its stack elsewhere. */
    final void dive(int frames) {
        if (frames == 0) {
            dive();
        } else {
            dive(frames - 1);
        }
    }

    @SuppressWarnings("InfiniteRecursion") // its end is the point
    private void dive() {
        try {
            dive();
        } catch (StackOverflowError e) {
            // now the attempts where there is hardly any stack left, then with a little more, and more
        }
        try {
            attempt();
        } catch (VirtualMachineError e) { // or an InternalError that has one as its cause
            overflows = overflows + 1;
        }
    }
}
