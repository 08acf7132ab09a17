// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.messages.adapter.AdapterVersion;
import java.util.function.Function;

/** The outcome of an upload. */
public sealed interface Upload {
    /** Calls the function for this outcome. Callers must handle every outcome. */
    <R> R match(
            Function<Published, R> published,
            Function<Unchanged, R> unchanged,
            Function<TooLarge, R> tooLarge,
            Function<Refused, R> refused);

    /** The file has been published as a new version. */
    record Published(AdapterVersion version) implements Upload {
        @Override
        public <R> R match(
                Function<Published, R> published,
                Function<Unchanged, R> unchanged,
                Function<TooLarge, R> tooLarge,
                Function<Refused, R> refused) {
            return published.apply(this);
        }
    }

    /** The newest version already has this file and these properties. */
    record Unchanged(AdapterVersion version) implements Upload {
        @Override
        public <R> R match(
                Function<Published, R> published,
                Function<Unchanged, R> unchanged,
                Function<TooLarge, R> tooLarge,
                Function<Refused, R> refused) {
            return unchanged.apply(this);
        }
    }

    /** The file exceeds the size limit. */
    record TooLarge(long maxBytes) implements Upload {
        @Override
        public <R> R match(
                Function<Published, R> published,
                Function<Unchanged, R> unchanged,
                Function<TooLarge, R> tooLarge,
                Function<Refused, R> refused) {
            return tooLarge.apply(this);
        }
    }

    /** The file is not a usable adapter. */
    record Refused(String reason) implements Upload {
        @Override
        public <R> R match(
                Function<Published, R> published,
                Function<Unchanged, R> unchanged,
                Function<TooLarge, R> tooLarge,
                Function<Refused, R> refused) {
            return refused.apply(this);
        }
    }
}
