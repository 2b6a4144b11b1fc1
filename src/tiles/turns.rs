//! Turns of long work: it stops for a moment after every tile, so that whoever waits for it can do something else.

use std::cell::Cell;
use std::future::poll_fn;
use std::mem::replace;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

/// Counts the pixels that long work has dealt with.
#[derive(Clone, Default)]
pub struct Turns(Rc<Cell<u64>>);

impl Turns {
    /// Ends a turn in which so many pixels were dealt with.
    pub async fn end(&self, pixels: u64) {
        self.0.set(self.0.get() + pixels);
        let mut ended = false;
        poll_fn(|context| match replace(&mut ended, true) {
            true => Poll::Ready(()),
            false => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
        })
        .await;
    }

    /// How many pixels are done.
    pub fn pixels(&self) -> u64 {
        self.0.get()
    }

    /// Goes on with the work that ends these turns until one more has ended; or returns what came of it.
    pub async fn take<T>(&self, work: &mut Pin<Box<dyn Future<Output = T>>>) -> Option<T> {
        let before = self.pixels();
        poll_fn(|context| match work.as_mut().poll(context) {
            Poll::Ready(found) => Poll::Ready(Some(found)),
            Poll::Pending if self.pixels() > before => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pollster::block_on;

    #[test]
    fn work_stops_after_every_turn() {
        let turns = Turns::default();
        let own = turns.clone();
        let mut work: Pin<Box<dyn Future<Output = &str>>> = Box::pin(async move {
            own.end(3).await;
            own.end(4).await;
            "done"
        });
        for (seen, found) in [(3, None), (7, None), (7, Some("done"))] {
            assert_eq!(block_on(turns.take(&mut work)), found);
            assert_eq!(turns.pixels(), seen);
        }
    }
}
