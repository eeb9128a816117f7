package io.eventbroker;

/** An event with a field that nothing but the broker makes visible to others. */
final class Event {
    static final Topic<Event> TOPIC = Topic.of("events", Event.class);

    /** The same events, all of one key. */
    static final Topic<Event> KEYED = Topic.of("keyed", Event.class).keyedBy(event -> event.key);

    int value;
    int key;

    Event(int value) {
        this(value, 0);
    }

    Event(int value, int key) {
        this.value = value;
        this.key = key;
    }

    /** The value of an event; 0 if there is none. */
    static int value(Event event) {
        return event == null ? 0 : event.value;
    }

    /** The next event of an inbox as its value; 0 if there is none, 9 if there never will be. */
    static int next(Inbox<Event> inbox) {
        try {
            return value(inbox.poll());
        } catch (SubscriptionClosedException e) {
            return 9;
        }
    }

    /** All that waits in an inbox, in order, as the digits of a number. */
    static int rest(Inbox<Event> inbox) {
        int digits = 0;
        for (int next = next(inbox); next != 0 && next != 9; next = next(inbox)) {
            digits = 10 * digits + next;
        }
        return digits;
    }

    /** The next message of an inbox as its value and, with a + between, what was missed before; "-" if there is none. */
    static String told(Inbox<Message<Event>> inbox) {
        Message<Event> message = inbox.poll();
        return message == null
                ? "-"
                : message.event().value + (message.missedBefore() == 0 ? "" : "+" + message.missedBefore());
    }

    /** All that waits in an inbox, in order. */
    static String restTold(Inbox<Message<Event>> inbox) {
        StringBuilder all = new StringBuilder();
        for (String next = told(inbox); !next.equals("-"); next = told(inbox)) {
            all.append(all.length() == 0 ? "" : " ").append(next);
        }
        return all.length() == 0 ? "-" : all.toString();
    }

    static int asInt(boolean is) {
        return is ? 1 : 0;
    }
}
