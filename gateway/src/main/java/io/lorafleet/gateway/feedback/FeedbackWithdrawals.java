// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.feedback;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.gateway.NotPublishedException;
import io.lorafleet.messages.adapter.AdapterVersion.Kind;
import io.lorafleet.messages.feedback.FeedbackWithdrawn;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.registry.Adapter;
import io.lorafleet.registry.AdapterRegistry;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Withdraws an owner's feedback, for one student or for all students. */
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
     * Publishes the withdrawals, and returns when all of them are durable. A repeated withdrawal affects only the
     * feedback given since the previous withdrawal.
     *
     * @param owner owner of the feedback
     * @param adapter name of the student; null for all students
     * @param by the caller; null in open mode
     * @throws NotPublishedException if the broker does not acknowledge a withdrawal; other withdrawals may still be
     *     durable
     */
    public Withdrawal withdraw(@Nullable String owner, @Nullable String adapter, @Nullable String by) {
        FieldChecks checks = new FieldChecks();
        String whose = checks.text("owner", GenerateImage.MAX_OWNER_LENGTH, owner, "");
        if (whose.isEmpty() && checks.badFields().isEmpty()) {
            checks.refuse("owner", "the owner of the feedback", "none");
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

    /** Includes retired students, because their later versions could learn from the same feedback. */
    private List<String> students() {
        return adapters.all().stream()
                .filter(adapter -> adapter.versions().stream().anyMatch(version -> version.kind() == Kind.STUDENT))
                .map(Adapter::name)
                .toList();
    }
}
