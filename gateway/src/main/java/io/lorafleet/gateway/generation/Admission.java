// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation;

import io.lorafleet.gateway.BadField;
import io.lorafleet.messages.generation.GenerateImage;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What becomes of an order. */
public sealed interface Admission {
    /**
     * It can be drawn, and the request decides the images.
     *
     * @param initImage what the request refers to, not stored yet; null if it refers to none
     */
    record Admitted(GenerateImage request, @Nullable InitImageFile initImage) implements Admission {}

    /** These fields cannot be accepted: all of them, not just the first. */
    record Refused(List<BadField> badFields) implements Admission {
        public Refused {
            badFields = List.copyOf(badFields);
        }
    }

    /** There is no such adapter. @param field of the order that names it  @param known some that there are */
    record UnknownAdapter(String field, List<String> known) implements Admission {
        public UnknownAdapter {
            known = List.copyOf(known);
        }
    }

    /** Too much is waiting already. @param clearsIn when there may be room for it */
    record Overloaded(Duration clearsIn) implements Admission {}

    /** Too many images are being decoded at this moment. @param retryIn when it may be worth another try */
    record Busy(Duration retryIn) implements Admission {}

    /** The same order came before, with the same idempotency key. @param generation that it became */
    record Repeated(Generation generation) implements Admission {}

    /** Another order came before with the same idempotency key. */
    record KeyReused() implements Admission {}

    /** An order with the same idempotency key is being published at this moment. */
    record Underway() implements Admission {}

    /** No worker has announced its model yet, so nothing can be said of the order. */
    record NoModel() implements Admission {}
}
