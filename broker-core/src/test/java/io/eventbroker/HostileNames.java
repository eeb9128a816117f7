package io.eventbroker;

import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;

/** Names nobody would choose but to do harm, from a seed; and the rules of the Javadoc, written down a second time. */
final class HostileNames {
    private static final List<String> PIECES = List.of(
            "a",
            "b",
            "Aa",
            "BB",
            ".",
            ".",
            ".",
            "*",
            ">",
            "$",
            "..",
            "*.",
            ".>",
            "{}",
            "%n",
            "${jndi:ldap://x/y}",
            "\\",
            "\"",
            "'",
            "<script>",
            ";--",
            "/../",
            "\ud83d\ude00",
            "e\u0301",
            "\u202e",
            "\u200b",
            "\ufeff",
            "\uff0a",
            "\uffff");

    private static final List<String> POISON = List.of(
            " ",
            "\n",
            "\r\n",
            "\t",
            "\u0000",
            "\u001b[2J",
            "\u007f",
            "\u0085",
            "\u00a0",
            "\u2028",
            "\u2029",
            "\u3000",
            "\ud800",
            "\udc00",
            "\udc00\ud800");

    /** All but space and line separators, which are looked for one by one. */
    private static final Pattern BLANK = Pattern.compile("[\\p{Cc}\\p{Z}]");

    private static final Pattern EMPTY_TOKEN = Pattern.compile("^\\.|\\.\\.|\\.$");
    private static final Pattern WILD_TOKEN = Pattern.compile("(^|\\.)[*>](\\.|$)");
    private static final Pattern REST_BEFORE_THE_END = Pattern.compile("(^|\\.)>\\.");

    private HostileNames() {}

    /** Mostly short; now and then about as long as is allowed, of very many tokens, or of a megabyte. */
    static String any(Random random) {
        int dice = random.nextInt(1_000);
        if (dice == 0) {
            return anyPieces(random, 4, 2).repeat(1 << 17);
        }
        if (dice == 1) {
            return "a.".repeat(10_000) + anyPieces(random, 2, 0);
        }
        if (dice < 40) {
            String some = anyPieces(random, 6, dice % 4 == 0 ? 4 : 0) + "x";
            int length = Topic.MAX_NAME_LENGTH - 2 + random.nextInt(5);
            return some.repeat(length / some.length() + 1).substring(0, length);
        }
        return anyPieces(random, 10, dice % 3 == 0 ? 5 : 0);
    }

    private static String anyPieces(Random random, int most, int poison) {
        StringBuilder name = new StringBuilder();
        for (int left = random.nextInt(most + 1); left > 0; left--) {
            List<String> from = random.nextInt(10) < poison ? POISON : PIECES;
            name.append(from.get(random.nextInt(from.size())));
        }
        return name.toString();
    }

    /** What {@link Topic#of} says of names. */
    static boolean isName(String name) {
        return isSubject(name) && !WILD_TOKEN.matcher(name).find();
    }

    /** What {@link TopicPattern#of} says of patterns. */
    static boolean isPattern(String pattern) {
        return isSubject(pattern) && !REST_BEFORE_THE_END.matcher(pattern).find();
    }

    private static boolean isSubject(String subject) {
        return !subject.isEmpty()
                && subject.length() <= 1_024
                && !subject.startsWith("$")
                && !BLANK.matcher(subject).find()
                && !EMPTY_TOKEN.matcher(subject).find()
                && isUnicode(subject);
    }

    /** What {@link SubscriptionBuilder#named} and {@link BrokerConfig#withName} say of labels. */
    static boolean isLabel(String label) {
        boolean isVisible = label.chars().anyMatch(c -> !Character.isWhitespace(c));
        boolean isControlled = label.chars().anyMatch(c -> c < ' ' || (c >= 0x7f && c < 0xa0));
        return isVisible && !isControlled && label.length() <= 256;
    }

    static boolean isUnicode(String text) {
        try {
            StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
