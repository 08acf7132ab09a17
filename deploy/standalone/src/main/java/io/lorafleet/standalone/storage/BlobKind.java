// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.storage;

import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.SealedJson;
import io.lorafleet.messages.UnknownValueException;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.feedback.FeedbackEvent;
import io.lorafleet.messages.generation.CommandHeader;
import io.lorafleet.messages.generation.GenerationManifest;
import io.lorafleet.standalone.CommandName;
import io.lorafleet.storage.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The kinds of blobs, and how each of them is verified and repaired. */
enum BlobKind {
    ADAPTER(
            "adapters/([0-9a-f]{64})[.]safetensors",
            BlobKind::hashInKey,
            "Upload the same file again with " + CommandName.quoted("adapter add")
                    + ". Workers try to load the version again the next time a request uses it."),
    VERSION_NUMBER(
            "adapters/numbers/([^/]+)/([0-9]+)",
            (key, content) -> fault(
                    key.group(1) + "@" + key.group(2),
                    Json.read(content.readAllBytes(), AdapterVersion.class)
                            .pinned()
                            .toString()),
            "Nothing to do: the version number is not reused."),
    INIT_IMAGE(
            "init-images/([0-9a-f]{64})",
            BlobKind::hashInKey,
            "Send a request with the same init image: the gateway then stores the image again."),
    REQUEST(
            "requests/([^/]+)[.]json",
            (key, content) -> fault(
                    "request " + key.group(1),
                    "request "
                            + SealedJson.read(content.readAllBytes(), CommandHeader.class)
                                    .requestId()),
            "Nothing to do: a gateway replaces the blob at the next request with the same idempotency key."),
    MANIFEST(
            "generations/([^/]+)/manifest[.]json",
            (key, content) -> fault(
                    "request " + key.group(1),
                    "request "
                            + GenerationManifest.readResult(content.readAllBytes())
                                    .requestId()),
            "Restore the file from a backup, or delete it: the gateways then no longer know the generation, and a"
                    + " request with the same idempotency key runs again."),
    IMAGE(
            "generations/[^/]+/[0-9]+[.]png",
            (key, content) -> null, // its hash is in the manifest
            "Generate the image again with the same seed, or restore the file from a backup."),
    ATTEMPT("generations/[^/]+/attempt-[^/]+", (key, content) -> null, "Nothing to do."),
    FEEDBACK(
            "feedback/[^/]+/[0-9]+/[0-9]+-[0-9]+-([0-9a-f]{64})[.]json",
            BlobKind::hashInKey,
            "Restore the file from a backup. Until then, training runs replay neither this nor earlier feedback."),
    /** Stored by an earlier release. */
    FEEDBACK_WITHOUT_HASH(
            "feedback/[^/]+/[0-9]+/[0-9]+-[0-9]+[.]json",
            (key, content) -> {
                Json.read(content.readAllBytes(), FeedbackEvent[].class);
                return null;
            },
            FEEDBACK.repair),
    CHECKPOINT(
            "training/[^/]+/[^/]+/checkpoint-[0-9]+",
            (key, content) -> {
                String expected = new String(content.readNBytes(64), StandardCharsets.US_ASCII);
                return expected.matches("[0-9a-f]{64}")
                        ? hashFault(expected, Sha256.of(content))
                        : "expected a hexadecimal SHA-256 in the first 64 bytes, found other content";
            },
            "Nothing to do: the trainer deletes the checkpoint, and the run resumes from an earlier checkpoint or"
                    + " starts again.");

    private final Pattern keys;
    private final Check check;
    final String repair;

    BlobKind(String keys, Check check, String repair) {
        this.keys = Pattern.compile(keys);
        this.check = check;
        this.repair = repair;
    }

    private interface Check {
        /**
         * @param key the parts of the key
         * @return what was expected and what was found; null if the blob is intact
         */
        @Nullable
        String fault(Matcher key, InputStream content) throws IOException;
    }

    /** @return the kind of the blob with this key; null if there is no such kind */
    static @Nullable BlobKind of(String key) {
        for (BlobKind kind : values()) {
            if (kind.keys.matcher(key).matches()) {
                return kind;
            }
        }
        return null;
    }

    /** @return what was expected and what was found; null if the blob is intact */
    @Nullable
    String fault(String key, InputStream content) throws IOException {
        Matcher parts = keys.matcher(key);
        if (!parts.matches()) {
            throw new IllegalArgumentException("expected a key of the kind " + this + ", found " + key);
        }
        try {
            return check.fault(parts, content);
        } catch (UnknownValueException e) {
            return null; // of a later release
        } catch (InvalidMessageException e) {
            return e.getMessage();
        }
    }

    private static @Nullable String hashInKey(Matcher key, InputStream content) throws IOException {
        return hashFault(key.group(1), Sha256.of(content));
    }

    static @Nullable String hashFault(String expected, String found) {
        return fault("SHA-256 " + expected, "SHA-256 " + found);
    }

    private static @Nullable String fault(String expected, String found) {
        return expected.equals(found) ? null : "expected " + expected + ", found " + found;
    }
}
