package io.eventbroker;

import org.jspecify.annotations.Nullable;

/** The rules for names, types and numbers; each refusal says what was given and what is allowed. */
final class Checks {
    private static final int MAX_LABEL_LENGTH = 256;
    private static final int SHOWN = 80;

    /**
     * How many frames are enough for {@link #requireStack} where anything may follow. Compiled, its frames are small; those
     * of the JVM when it links something for the first time are not, and if that fails it fails for ever.
     */
    static final int FRAMES = 1_024;

    private Checks() {}

    static <T> T requireNonNull(@Nullable T given, String what) {
        if (given == null) {
            throw new NullPointerException(what + " is null; it must not be");
        }
        return given;
    }

    /** A topic's name, as {@link Topic} describes it, or a pattern, as {@link TopicPattern} does. */
    static String requireName(String kind, String name, boolean isPattern) {
        requireNonNull(name, kind);
        requireLength(kind, name, Topic.MAX_NAME_LENGTH);
        for (int i = 0; i < name.length(); i += Character.charCount(name.codePointAt(i))) {
            int c = name.codePointAt(i);
            if (Character.isWhitespace(c) || Character.isSpaceChar(c) || Character.isISOControl(c)) {
                String what = "has the character U+" + String.format("%04X", c) + " at index " + i;
                throw badName(kind, name, what + "; whitespace and control characters are not allowed");
            }
            if (Character.getType(c) == Character.SURROGATE) {
                throw badName(
                        kind, name, "has an unpaired surrogate at index " + i + "; it must be well-formed Unicode");
            }
        }
        if (name.charAt(0) == '$') {
            throw badName(kind, name, "begins with '$', which is reserved for the broker's own topics");
        }
        requireTokens(kind, name, isPattern);
        return name;
    }

    private static void requireTokens(String kind, String name, boolean isPattern) {
        int start = 0;
        for (String token : name.split("\\.", -1)) {
            if (token.isEmpty()) {
                throw badName(
                        kind, name, "has an empty token at index " + start + "; tokens are joined by single dots");
            }
            boolean isRest = token.equals(">");
            if (isPattern ? isRest && start < name.length() - 1 : isRest || token.equals("*")) {
                String what = "has the wildcard '" + token + "' as a token at index " + start;
                throw badName(
                        kind, name, what + (isPattern ? "; it must be the last" : "; a topic is one literal name"));
            }
            start += token.length() + 1;
        }
    }

    /** The name of a broker or of a subscription: for people, threads and log lines. */
    static String requireLabel(String what, String label) {
        requireNonNull(label, what);
        requireLength(what, label, MAX_LABEL_LENGTH);
        if (label.isBlank()) {
            throw new IllegalArgumentException(what + " is blank; it must have a visible character");
        }
        for (int i = 0; i < label.length(); i++) {
            if (Character.isISOControl(label.charAt(i))) {
                String character = String.format("U+%04X at index %d", (int) label.charAt(i), i);
                throw badName(what, label, "has the control character " + character + "; it is not allowed");
            }
        }
        return label;
    }

    static <T> Class<T> requireEventType(Class<T> type) {
        requireNonNull(type, "type");
        if (type.isPrimitive()) {
            throw new IllegalArgumentException(
                    "type " + type + " is primitive; events are objects, so give a class such as Integer.class");
        }
        return type;
    }

    static int requireRange(String what, int given, int min, int max) {
        if (given < min || given > max) {
            throw new IllegalArgumentException(what + " " + given + " is not allowed; from " + min + " to " + max);
        }
        return given;
    }

    /** Lets a stack that is near its end overflow here, rather than in the middle of what follows; otherwise returns true. */
    static boolean requireStack(int frames) {
        return frames == 0 || requireStack(frames - 1);
    }

    private static void requireLength(String what, String given, int max) {
        if (given.isEmpty()) {
            throw new IllegalArgumentException(what + " is empty; it must have from 1 to " + max + " characters");
        }
        if (given.length() > max) {
            throw badName(what, given, "has " + given.length() + " characters; at most " + max + " are allowed");
        }
    }

    private static IllegalArgumentException badName(String kind, String name, String why) {
        return new IllegalArgumentException(kind + " " + quote(name) + " " + why);
    }

    /** The start of a name, with what would garble a log line replaced. */
    private static String quote(String given) {
        StringBuilder shown = new StringBuilder("\"");
        for (int i = 0; i < Math.min(given.length(), SHOWN); i++) {
            char c = given.charAt(i);
            shown.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '?' : c);
        }
        return shown.append(given.length() > SHOWN ? "…\"" : "\"").toString();
    }
}
