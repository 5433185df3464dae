// The queues of bull-board, for an import at the moment that somebody opens its page: nobody else pays for it.
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';

export { BullMQAdapter };
