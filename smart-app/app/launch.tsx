import '../ui/base.css'
import { createRoot } from 'react-dom/client'
import { LaunchPage } from './LaunchPage.tsx'

const root = document.getElementById('root')
if (root) createRoot(root).render(<LaunchPage />)
