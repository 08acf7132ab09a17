// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.problem;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.http.HttpClosedException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import org.junit.jupiter.api.Test;

class ClientGoneTest {
    /** Otherwise each disconnect would log an error, and clients could fill the log. */
    @Test
    void recognizesADisconnectedClient() {
        assertThat(Problems.hasClientGone(new HttpClosedException("Connection was closed")))
                .isTrue();
        assertThat(Problems.hasClientGone(new UncheckedIOException(new IOException(new ClosedChannelException()))))
                .isTrue();
        assertThat(Problems.hasClientGone(new UncheckedIOException(new FileNotFoundException("blob"))))
                .isFalse();
    }
}
