/** What tests of several modules share. */
package io.lorafleet.testkit;
