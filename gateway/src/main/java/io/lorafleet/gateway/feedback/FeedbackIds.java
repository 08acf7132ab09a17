package io.lorafleet.gateway.feedback;

import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.storage.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Ids of samples. The trainer counts each id once. */
final class FeedbackIds {
    private FeedbackIds() {}

    /** @return an id that nothing else has */
    static String random() {
        return UUID.randomUUID().toString();
    }

    /**
     * The same on every gateway. The key is hashed with what it is for, so that it means nothing anywhere else.
     *
     * @param key what a client says so that what it sends again counts once
     */
    static String of(String requestId, int image, PinnedAdapter adapter, String key) {
        // Only the key may hold a slash, and it stands last.
        String whole = requestId + "/" + image + "/" + adapter + "/" + key;
        byte[] hash = Sha256.newDigest().digest(whole.getBytes(StandardCharsets.UTF_8));
        return UUID.nameUUIDFromBytes(hash).toString();
    }
}
