// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.feedback;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.gateway.NotPublishedException;
import io.lorafleet.gateway.adapter.Adapter;
import io.lorafleet.gateway.adapter.AdapterRegistry;
import io.lorafleet.messages.adapter.AdapterVersion.Kind;
import io.lorafleet.messages.feedback.FeedbackWithdrawn;
import io.lorafleet.messages.generation.GenerateImage;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes back what one owner has said of images, for each student that might learn from it. */
@Singleton
public final class FeedbackWithdrawals {
    private final AdapterRegistry adapters;
    private final FeedbackLog log;
    private final Clock clock;

    FeedbackWithdrawals(AdapterRegistry adapters, FeedbackLog log, Clock clock) {
        this.adapters = adapters;
        this.log = log;
        this.clock = clock;
    }

    /**
     * Returns when every withdrawal is durable. Doing it again changes nothing but what was said in between.
     *
     * @param owner whose feedback it is
     * @param adapter the student that it concerns; null for all of them
     * @param by who wants that; null where nobody has to say who he is
     * @throws NotPublishedException if that cannot be said; some may be durable nevertheless
     */
    public Withdrawal withdraw(@Nullable String owner, @Nullable String adapter, @Nullable String by) {
        FieldChecks checks = new FieldChecks();
        String whose = checks.text("owner", GenerateImage.MAX_OWNER_LENGTH, owner, "");
        if (whose.isEmpty() && checks.badFields().isEmpty()) {
            checks.refuse("owner", "whose feedback is to be withdrawn", "nobody");
        }
        List<String> students = students();
        if (adapter != null && !students.contains(adapter)) {
            checks.refuse("adapter", "the name of a student", "another name");
        }
        if (!checks.badFields().isEmpty()) {
            return new Withdrawal.Refused(checks.badFields());
        }
        List<String> concerned = adapter == null ? students : List.of(adapter);
        Instant now = clock.instant();
        concerned.forEach(student -> log.write(new FeedbackWithdrawn(student, whose, by, now)));
        return new Withdrawal.Published(whose, concerned);
    }

    /** Also those that are retired: what they learned from may be drawn again when there is a next version. */
    private List<String> students() {
        return adapters.all().stream()
                .filter(adapter -> adapter.versions().stream().anyMatch(version -> version.kind() == Kind.STUDENT))
                .map(Adapter::name)
                .toList();
    }
}
