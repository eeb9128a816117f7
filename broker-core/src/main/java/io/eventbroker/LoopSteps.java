package io.eventbroker;

/** The steps of the broker's loop, all in one place; a test puts a subclass here that dies at one of them. */
class LoopSteps {
    enum Step {
        /** Apply a command. */
        COMMAND,
        /** Take messages from the rings and put them into queues. */
        ROUTE,
        /** Tell the broker's own events, and wake whoever was given something. */
        FLUSH,
        /** Nothing to do: spin, then park. */
        IDLE,
        /** Take note that somebody closes. */
        BEGIN_CLOSING,
        /** Refuse everybody. */
        CLOSE_RINGS,
        /** Nothing more is routed: end inboxes, let workers finish. */
        SEAL,
        /** The deadline: abandon what waits. */
        CANCEL,
        /** The deadline: interrupt a handler. */
        INTERRUPT,
        /** The users' workers have ended, or had their grace: end the subscriptions to broker events. */
        SEAL_EVENTS,
        /** Give up handlers that would not stop, and be CLOSED. */
        END
    }

    /** The loop is about to take a step. */
    void at(Step step) {}
}
